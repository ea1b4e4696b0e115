import LapwingSeries

/// The samples of one series: compressed chunks, and the newest samples plain.
///
/// Chunks ascend without overlap and lie before the open samples. The open samples are all floats or all histograms:
/// a change of kind seals them.
struct SeriesContent: Sendable {
    /// How many open samples are kept at least once there were so many, so that short windows at the newest time need
    /// no decoding: 16 scrapes of 15 s are four minutes.
    static let openKept = 16
    /// At so many open samples the oldest are sealed.
    static let openMaximum = 32
    static let openHistogramsKept = 4
    static let openHistogramsMaximum = 12
    /// Chunks of like size are joined until they hold so many samples.
    static let chunkMaximum = 512
    static let histogramChunkMaximum = 128

    private(set) var chunks: [SealedChunk] = []
    private(set) var open = SampleColumns()
    var versions = SeriesVersions()
    /// The version of the store from which this content holds; a reader of an older one needs what was there before.
    var since: UInt64 = 0

    /// Kept beside the samples, since every append asks for it.
    private(set) var newestTime = Int64.min
    var oldestTime: Int64 { chunks.first?.startTime ?? open.startTime ?? .max }
    var isEmpty: Bool { open.isEmpty && chunks.isEmpty }
    var sampleCount: Int { chunks.reduce(open.count) { $0 + $1.count } }

    var byteCount: Int {
        open.byteCount + chunks.reduce(0) { $0 + $1.byteCount } + MemoryLayout<SealedChunk>.stride * chunks.count
    }

    // MARK: Appending in order

    /// - Precondition: `time` is after the newest.
    mutating func append(time: Int64, value: Double, startTime: Int64, _ encoder: inout ChunkEncoder) {
        if !open.histogramTimes.isEmpty { seal(keeping: 0, &encoder) }
        if open.times.count >= Self.openMaximum { seal(keeping: Self.openKept, &encoder) }
        if open.times.count == open.times.capacity { reserveOpen() }
        open.append(time: time, value: value, startTime: startTime)
        newestTime = time
    }

    /// - Precondition: `time` is after the newest.
    mutating func append(
        time: Int64, histogram: NativeHistogram, startTime: Int64, _ encoder: inout ChunkEncoder
    ) {
        if !open.times.isEmpty { seal(keeping: 0, &encoder) }
        if open.histogramTimes.count >= Self.openHistogramsMaximum { seal(keeping: Self.openHistogramsKept, &encoder) }
        open.append(time: time, histogram: histogram, startTime: startTime)
        newestTime = time
    }

    /// Grows by half and never beyond what may lie open: doubling would leave a third of a million series' memory idle.
    private mutating func reserveOpen() {
        let capacity = min(Self.openMaximum, max(4, open.times.count + open.times.count / 2))
        open.times.reserveCapacity(capacity)
        open.values.reserveCapacity(capacity)
    }

    /// Moves the oldest open samples into chunks.
    private mutating func seal(keeping kept: Int, _ encoder: inout ChunkEncoder) {
        let floats = open.times.count - min(kept, open.times.count)
        let histograms = open.histogramTimes.count - min(kept, open.histogramTimes.count)
        var sealed = SampleColumns()
        sealed.append(open, floats: 0..<floats, histograms: 0..<histograms)
        open.removeFirst(floats: floats, histograms: histograms)
        appendChunk(sealed, &encoder)
    }

    /// Adds a chunk, joined with those before it that are no larger: so each sample is encoded about three times, and
    /// a long series is a few large chunks and a handful of small ones.
    private mutating func appendChunk(_ columns: SampleColumns, _ encoder: inout ChunkEncoder) {
        let kind: SealedChunk.Kind = columns.times.isEmpty ? .histograms : .floats
        let maximum = kind == .floats ? Self.chunkMaximum : Self.histogramChunkMaximum
        var count = columns.count
        var first = chunks.count
        while first > 0, chunks[first - 1].kind == kind, chunks[first - 1].count <= count,
            chunks[first - 1].count + count <= maximum
        {
            first -= 1
            count += chunks[first].count
        }
        guard first < chunks.count, var joined = try? Self.decoded(chunks[first...]) else {
            return chunks.append(SealedChunk(columns, &encoder))
        }
        joined.append(columns)
        chunks.removeSubrange(first...)
        chunks.append(SealedChunk(joined, &encoder))
    }

    mutating func sealAll(_ encoder: inout ChunkEncoder) { if !open.isEmpty { seal(keeping: 0, &encoder) } }

    private static func decoded(_ chunks: ArraySlice<SealedChunk>) throws(ReadError) -> SampleColumns {
        var columns = SampleColumns()
        for chunk in chunks { try chunk.decode(into: &columns) }
        return columns
    }

    // MARK: Changing what was there

    /// Replaces the chunks at some places, and the open samples when asked.
    mutating func replace(_ range: Range<Int>, with replacements: [SealedChunk], open: SampleColumns? = nil) {
        chunks.replaceSubrange(range, with: replacements)
        if let open { self.open = open }
    }

    /// Drops everything before `time`, by whole chunks.
    ///
    /// - Returns: whether anything was dropped.
    mutating func removeChunks(before time: Int64) -> Bool {
        let expired = chunks.prefix { $0.endTime < time }.count
        if expired > 0 { chunks = Array(chunks[expired...]) }
        let removesOpen = newestTime < time && !open.isEmpty
        if removesOpen { open = SampleColumns() }
        return expired > 0 || removesOpen
    }
}

extension SampleColumns {
    /// Bytes that the columns take, their arrays' headers included.
    var byteCount: Int {
        let header = 32
        func size<Element>(_ column: [Element]) -> Int {
            column.capacity == 0 ? 0 : header + column.capacity * MemoryLayout<Element>.stride
        }
        let columns = size(times) + size(values) + size(startTimes) + size(histogramTimes) + size(histogramStartTimes)
        return columns + size(histograms) + histograms.reduce(0) { $0 + $1.heapByteCount }
    }

    mutating func removeFirst(floats: Int, histograms removed: Int) {
        times.removeFirst(floats)
        values.removeFirst(floats)
        if !startTimes.isEmpty { startTimes.removeFirst(floats) }
        histogramTimes.removeFirst(removed)
        histograms.removeFirst(removed)
        if !histogramStartTimes.isEmpty { histogramStartTimes.removeFirst(removed) }
    }
}

extension NativeHistogram {
    /// Bytes of the arrays that a histogram owns.
    var heapByteCount: Int {
        (positiveSpans.count + negativeSpans.count + positiveBuckets.count + negativeBuckets.count
            + customValues.count) * 8
    }
}
