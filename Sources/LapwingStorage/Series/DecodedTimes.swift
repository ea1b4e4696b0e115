import LapwingSeries
import Synchronization

/// Sealed times that the readers of a snapshot have decoded, for series of the same scrapes that come later.
///
/// Series are read in the order of their labels, where those of one metric stand together and the targets take turns: the
/// series before has mostly other times. What finds no room is decoded again, rather than taking the place of what is here.
final class DecodedTimes: Sendable {
    /// A mebibyte.
    static let maximumTimes = 1 << 17

    private struct Held {
        var times: [Key: StoredTimes] = [:]
        var blocks: [Int: (block: ChunkBytes, times: [Int64])] = [:]
        var count = 0
    }

    /// What nearly always tells times apart; `StoredTimes.fits` has the last word.
    private struct Key: Hashable {
        var block: Int
        var chunks: Int
        var older: UInt64
        var newer: UInt64
        var range: ClosedRange<Int64>

        init(_ runs: OpenRuns, _ chunks: ArraySlice<SealedChunk>, _ range: ClosedRange<Int64>) {
            self.range = range
            block = chunks.first?.times.identity ?? 0
            self.chunks = chunks.count
            (older, newer) = (runs.older.key.id, runs.newer.key.id)
        }
    }

    private let held = Mutex(Held())
    private let maximum: Int

    init(maximum: Int = DecodedTimes.maximumTimes) { self.maximum = maximum }

    /// The times that a series has in a range, decoded where no series before had them.
    func times(
        _ runs: OpenRuns, _ chunks: ArraySlice<SealedChunk>, _ range: ClosedRange<Int64>, at version: UInt64
    ) throws(ReadError) -> StoredTimes {
        let key = Key(runs, chunks, range)
        if let known = held.withLock({ $0.times[key] }), known.fits(runs.older.key, runs.newer.key, range, at: version), known.fits(chunks) {
            return known
        }
        var column: [Int64] = []
        column.reserveCapacity(chunks.reduce(runs.older.count + runs.newer.count) { $0 + $1.count })
        let made = try StoredTimes(runs, chunks, range, at: version, into: &column)
        held.withLock { held in
            guard held.count + made.count <= maximum, held.times[key] == nil else { return }
            held.times[key] = made
            held.count += made.count
        }
        return made
    }

    /// All times of a chunk.
    func times(of chunk: SealedChunk) throws(ReadError) -> [Int64] {
        let block = chunk.times.identity
        if let known = held.withLock({ $0.blocks[block] }), known.block == chunk.times { return known.times }
        var times: [Int64] = []
        try chunk.decodeTimes(into: &times)
        held.withLock { held in
            guard held.count + times.count <= maximum, held.blocks[block] == nil else { return }
            held.blocks[block] = (chunk.times, times)
            held.count += times.count
        }
        return times
    }
}
