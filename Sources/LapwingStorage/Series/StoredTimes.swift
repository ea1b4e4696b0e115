import LapwingSeries

/// What the times in a reader's columns were made from: those of the sealed blocks and of the open runs of a series, cut to
/// a range. The next series with the same origin, as those of one scrape have, needs no times decoded.
final class StoredTimes: TimesOrigin {
    private let range: ClosedRange<Int64>
    private let version: UInt64
    /// Sealed blocks of times. Equal ones are mostly one array, so that comparing them costs nothing.
    private let blocks: [ChunkBytes]
    private let older: OpenRunKey
    private let newer: OpenRunKey
    /// Which of the samples that the blocks decode to lie in the range.
    let sealedPlaces: Range<Int>
    /// Likewise for the runs, of which the reader's version may show only a part.
    let olderPlaces: Range<Int>
    let newerPlaces: Range<Int>
    /// The times themselves where any of them are sealed; a few open ones are not worth the memory.
    let sealedColumn: [Int64]

    /// Replaces a column of times by those of a series.
    ///
    /// - Parameter chunks: those that overlap the range, all of floats.
    init(
        _ runs: OpenRuns, _ chunks: ArraySlice<SealedChunk>, _ range: ClosedRange<Int64>, at version: UInt64, into times: inout [Int64]
    ) throws(ReadError) {
        self.range = range
        self.version = version
        blocks = chunks.map(\.times)
        (older, newer) = (runs.older.key, runs.newer.key)
        times.removeAll(keepingCapacity: true)
        for chunk in chunks { try chunk.decodeTimes(into: &times) }
        sealedPlaces = SampleColumns.indices(of: times, in: range)
        if sealedPlaces.upperBound < times.count { times.removeSubrange(sealedPlaces.upperBound...) }
        if sealedPlaces.lowerBound > 0 { times.removeSubrange(..<sealedPlaces.lowerBound) }
        let olderPlaces = runs.older.places(in: range, of: runs.older.visibleCount(at: version))
        self.olderPlaces = olderPlaces.isEmpty ? 0..<0 : olderPlaces
        newerPlaces = runs.newer.places(in: range, of: runs.newer.visibleCount(at: version))
        runs.older.appendTimes(olderPlaces, to: &times)
        runs.newer.appendTimes(newerPlaces, to: &times)
        sealedColumn = chunks.isEmpty ? [] : times
    }

    var count: Int { sealedColumn.count }

    /// Whether a series has the same times in its runs.
    func fits(_ older: OpenRunKey, _ newer: OpenRunKey, _ range: ClosedRange<Int64>, at version: UInt64) -> Bool {
        newer == self.newer && (isNewerEnough || older == self.older) && self.range == range && self.version == version
    }

    /// Whether the range begins within the newer run, so that it does not matter what came before.
    private var isNewerEnough: Bool { newerPlaces.lowerBound > 0 }

    /// Whether a series has the same times in its chunks.
    func fits(_ chunks: ArraySlice<SealedChunk>) -> Bool {
        guard blocks.count == chunks.count else { return false }
        for (block, chunk) in zip(blocks, chunks) where block != chunk.times { return false }
        return true
    }

    /// Replaces the values of `columns` by those of chunks, cut to the range.
    func decodeValues(_ chunks: ArraySlice<SealedChunk>, into columns: inout SampleColumns) throws(ReadError) {
        columns.removeAllButTimes()
        if chunks.isEmpty { return }
        for chunk in chunks { try chunk.decodeValues(into: &columns) }
        guard sealedPlaces.upperBound <= columns.values.count else { throw ChunkReader.damaged("it has fewer values than times") }
        columns.keepValues(sealedPlaces)
    }
}

/// The open samples of a series.
struct OpenRuns: Sendable {
    var older: OpenRun
    var newer: OpenRun
}
