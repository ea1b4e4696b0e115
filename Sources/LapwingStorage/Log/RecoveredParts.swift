import LapwingDisk
import LapwingSeries

/// What several files hold of one series, put together.
struct SeriesParts {
    private(set) var chunks: [SealedChunk] = []
    private(set) var open = SampleColumns()

    /// Adds a chunk of a file that is newer than those before: what it overlaps was a part of it.
    ///
    /// - Parameter columns: its samples, if they lay open.
    mutating func add(_ added: Recovery.RecoveredChunk, _ columns: SampleColumns) {
        let range = added.chunk.startTime...added.chunk.endTime
        if let last = chunks.last, last.endTime >= range.lowerBound {
            chunks.removeAll { $0.startTime <= range.upperBound && $0.endTime >= range.lowerBound }
        }
        if added.isOpen {
            open.append(columns)
        } else {
            let index = chunks.firstIndex(endingNotBefore: range.lowerBound)
            chunks.insert(added.chunk, at: index)
        }
    }

    /// - Precondition: there is a sample.
    var span: ClosedRange<Int64> {
        let start = chunks.first?.startTime ?? open.startTime ?? 0
        return start...max(start, open.endTime ?? chunks.last?.endTime ?? start)
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

    mutating func chunk(_ named: SegmentChunk) -> Recovery.RecoveredChunk {
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
        return Recovery.RecoveredChunk(chunk: chunk, isOpen: named.flags & ChunkFlags.open != 0)
    }

    private func bytes(_ range: Range<Int>) -> ChunkBytes {
        isMapped ? .mapped(MappedBlock(file, range)) : .held(file.copy(range))
    }
}
