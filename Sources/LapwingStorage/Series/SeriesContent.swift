import LapwingSeries

/// The samples of one series as a value: compressed chunks, and the newest samples plain.
///
/// How a series is looked at and changed where it is not merely appended to (`SeriesState` is how it lives in its page).
/// Chunks ascend without overlap and lie before the open samples, which are all floats or all histograms.
struct SeriesContent: Sendable {
    /// At so many open samples all are sealed.
    static let openMaximum = 2 * OpenTimes.capacity
    static let openHistogramsMaximum = 12
    static let openHistogramsKept = 4

    var chunks: [SealedChunk] = []
    var open = SampleColumns()
    /// The version of the store that brought each of the open samples.
    var openVersions: [UInt64] = []
    /// What readers see of the chunks.
    var sealed = SealedVersions()

    var oldestTime: Int64 { chunks.first?.startTime ?? open.startTime ?? .max }
    var newestTime: Int64 { open.endTime ?? chunks.last?.endTime ?? .min }
    var isEmpty: Bool { open.isEmpty && chunks.isEmpty }
    var sampleCount: Int { open.count + chunks.sampleCount }

    /// The newest time that a reader of a version may see; `min` when it sees nothing.
    func newestTime(at version: UInt64) -> Int64 {
        if let place = openVersions.lastIndex(where: { $0 <= version }) {
            return open.times.isEmpty ? open.histogramTimes[place] : open.times[place]
        }
        return sealed.newestTime(at: version, of: chunks)
    }

    /// Moves the oldest open samples into a chunk.
    mutating func seal(keeping kept: Int = 0, _ batch: borrowing BatchContext, _ encoder: inout ChunkEncoder) {
        let count = open.count - min(kept, open.count)
        if count == 0 { return }
        noteSealing(of: openVersions[count - 1], batch)
        var oldest = SampleColumns()
        let isFloats = open.histogramTimes.isEmpty
        oldest.append(open, floats: 0..<(isFloats ? count : 0), histograms: 0..<(isFloats ? 0 : count))
        open.removeFirst(floats: isFloats ? count : 0, histograms: isFloats ? 0 : count)
        openVersions.removeFirst(count)
        chunks.seal(oldest, &encoder)
    }

    private mutating func noteSealing(of version: UInt64, _ batch: borrowing BatchContext) {
        var marks: [SealedVersions.Mark] = []
        for reader in batch.readableVersions where reader < version {
            marks.append(SealedVersions.Mark(version: reader, newestTime: newestTime(at: reader)))
        }
        sealed.note(version, marks, batch)
    }

    // MARK: Reading

    /// Replaces `columns` by the samples of a range that a version shows.
    ///
    /// - Complexity: O(log chunks + samples of the chunks that overlap).
    func read(_ range: ClosedRange<Int64>, at version: UInt64, into columns: inout SampleColumns) throws(ReadError) {
        columns.removeAll()
        let end = min(range.upperBound, newestTime(at: version))
        guard end >= range.lowerBound else { return }
        let part = range.lowerBound...end
        for chunk in chunks[chunks.places(in: part)] { try chunk.decode(into: &columns) }
        columns.append(open)
        columns.trim(to: part)
    }

    /// The sample at exactly this time.
    func sample(at time: Int64) throws(ReadError) -> StoredSample? {
        var columns = SampleColumns()
        try read(time...time, at: .max, into: &columns)
        if let value = columns.values.first {
            return StoredSample(.float(value), startTime: columns.startTimes.first ?? 0)
        }
        return columns.histograms.first.map {
            StoredSample(.histogram($0), startTime: columns.histogramStartTimes.first ?? 0)
        }
    }
}

/// What of a series' chunks readers see, who may be older than the newest sample in them.
struct SealedVersions: Sendable {
    struct Mark: Sendable {
        var version: UInt64
        var newestTime: Int64
    }

    /// The version that brought the newest sealed sample: from it on, all is seen.
    var newest: UInt64 = 0
    /// For readers of older versions: what is the newest they see.
    var marks: [Mark] = []

    /// Notes that samples up to those of a version are being sealed.
    ///
    /// - Parameter older: what readers of versions before it see.
    mutating func note(_ version: UInt64, _ older: [Mark], _ batch: borrowing BatchContext) {
        newest = version
        if marks.isEmpty && older.isEmpty { return }
        let known = marks
        let readable = batch.readableVersions
        marks = known.filter { mark in readable.contains(mark.version) }
        for mark in older where !marks.contains(where: { $0.version == mark.version }) { marks.append(mark) }
        marks.sort { $0.version < $1.version }
    }

    func newestTime(at version: UInt64, of chunks: [SealedChunk]) -> Int64 {
        if version >= newest { return chunks.last?.endTime ?? .min }
        return marks.last { $0.version <= version }?.newestTime ?? .min
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
}

extension NativeHistogram {
    /// Bytes of the arrays that a histogram owns.
    var heapByteCount: Int {
        (positiveSpans.count + negativeSpans.count + positiveBuckets.count + negativeBuckets.count
            + customValues.count) * 8
    }
}
