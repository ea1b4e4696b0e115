import LapwingDisk
import LapwingSeries

/// A chunk as a file has it.
struct RecoveredChunk: Sendable {
    var chunk: SealedChunk
    var summary: SampleSummary?
    var isOpen: Bool
}

/// What several files hold of one series, put together.
struct SeriesParts {
    private var parts: [RecoveredChunk] = []
    private(set) var open = SampleColumns()

    /// Adds a chunk of a file that is newer than those before: what it overlaps was a part of it.
    ///
    /// - Parameter columns: its samples, if they lay open.
    mutating func add(_ added: RecoveredChunk, _ columns: SampleColumns) {
        let range = added.chunk.startTime...added.chunk.endTime
        if let last = parts.last?.chunk, last.endTime >= range.lowerBound {
            parts.removeAll { $0.chunk.startTime <= range.upperBound && $0.chunk.endTime >= range.lowerBound }
        }
        if added.isOpen {
            open.append(columns)
        } else {
            let index = parts.lastIndex { $0.chunk.endTime < range.lowerBound }.map { $0 + 1 } ?? 0
            parts.insert(added, at: index)
        }
    }

    var chunks: [SealedChunk] { parts.map(\.chunk) }

    /// Of the first chunks, as far as the files told them.
    var summaries: SummaryTree { SummaryTree(parts.lazy.map(\.summary).prefix { $0 != nil }.compactMap(\.self)) }

    var isEmpty: Bool { parts.isEmpty && open.isEmpty }

    /// - Precondition: there is a sample.
    var span: ClosedRange<Int64> {
        let start = parts.first?.chunk.startTime ?? open.startTime ?? 0
        return start...max(start, open.endTime ?? parts.last?.chunk.endTime ?? start)
    }
}

/// Makes chunks of what a file's index names; blocks of times that several name become one.
struct BlockCache {
    private let file: FileBytes
    private let isMapped: Bool
    private var times: [Int: ChunkBytes] = [:]

    init(_ file: FileBytes, isMapped: Bool) {
        self.file = file
        self.isMapped = isMapped
    }

    mutating func chunk(_ named: SegmentChunk, _ summary: SampleSummary? = nil) -> RecoveredChunk {
        let block: ChunkBytes
        if let known = times[named.times.lowerBound], known.count == named.times.count {
            block = known
        } else {
            block = bytes(named.times)
            times[named.times.lowerBound] = block
        }
        let chunk = SealedChunk(
            kind: named.flags & ChunkFlags.histograms == 0 ? .floats : .histograms, count: named.count, startTime: named.start,
            endTime: named.end, times: block, samples: bytes(named.samples))
        return RecoveredChunk(chunk: chunk, summary: summary, isOpen: named.flags & ChunkFlags.open != 0)
    }

    private func bytes(_ range: Range<Int>) -> ChunkBytes {
        isMapped ? .mapped(MappedBlock(file, range)) : .held(file.copy(range))
    }
}
