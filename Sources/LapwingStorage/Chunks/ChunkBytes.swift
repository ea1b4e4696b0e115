import LapwingDisk

/// The bytes of a block: held in memory, or a stretch of a mapped file. Both take one word.
enum ChunkBytes: Sendable {
    case held([UInt8])
    case mapped(MappedBlock)

    var count: Int {
        switch self {
        case .held(let bytes): bytes.count
        case .mapped(let block): block.range.count
        }
    }

    /// Bytes of memory that the block takes.
    var heldBytes: Int {
        switch self {
        case .held(let bytes): bytes.count + 32
        case .mapped: 48
        }
    }

    var isMapped: Bool {
        switch self {
        case .held: false
        case .mapped: true
        }
    }

    func copy() -> [UInt8] {
        switch self {
        case .held(let bytes): bytes
        case .mapped(let block): block.file.copy(block.range)
        }
    }
}

/// A stretch of a mapped file.
final class MappedBlock: Sendable {
    let file: FileBytes
    let range: Range<Int>

    init(_ file: FileBytes, _ range: Range<Int>) {
        self.file = file
        self.range = range
    }
}

/// Cheap for blocks that are shared; a block and its copy in a file count as different, which costs a decoding.
extension ChunkBytes: Equatable {
    static func == (a: ChunkBytes, b: ChunkBytes) -> Bool {
        switch (a, b) {
        case (.held(let a), .held(let b)): a == b
        case (.mapped(let a), .mapped(let b)): a === b || a.file === b.file && a.range == b.range
        case (.held, .mapped), (.mapped, .held): false
        }
    }
}
