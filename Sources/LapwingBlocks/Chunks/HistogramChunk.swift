import LapwingSeries

/// Native histograms: the layout once, then for each sample its time, count, zero count, sum and buckets.
///
/// Integer counts and times are written as differences of differences, and buckets first as differences from bucket
/// to bucket; float counts and all sums by exclusive or. Behind a sum that is the stale marker no buckets follow.
/// Source: Prometheus 3.14 `tsdb/chunkenc/histogram.go`, `float_histogram.go`, `histogram_st.go`.
struct HistogramChunk: ~Escapable {
    private var reader: BitReader
    private let count: Int
    private let isGauge: Bool
    private let isFloat: Bool
    private var starts: StartTimes

    @_lifetime(copy bytes)
    init(_ encoding: ChunkEncoding, _ bytes: Span<UInt8>, _ data: Range<Int>) throws(DamagedBytes) {
        var header = ByteReader(bytes, in: data)
        let head = Int(try header.fixed(2))
        let flags = try header.byte()
        let hasStarts = encoding == .histogramWithStarts || encoding == .floatHistogramWithStarts
        isFloat = encoding == .floatHistogram || encoding == .floatHistogramWithStarts
        // With start times the flags of the third byte stand in the two bits above the count.
        count = hasStarts ? head & 0x3fff : head
        isGauge = hasStarts ? head >> 14 == 0b11 : flags >> 6 == 0b11
        starts = StartTimes(header: hasStarts ? flags : nil)
        reader = BitReader(bytes, in: header.offset..<data.upperBound)
    }

    @_lifetime(self: copy self)
    mutating func decode(in wanted: ClosedRange<Int64>, into columns: inout SampleColumns) throws(DamagedBytes) {
        if count == 0 { return }
        let layout = try HistogramLayout(&reader)
        if isFloat, layout.positiveCount + layout.negativeCount > reader.remaining / 64 {
            throw reader.damage("a histogram has \(layout.positiveCount + layout.negativeCount) buckets, and \(reader.remaining) bits follow")
        }
        var state: any HistogramCounts = isFloat ? FloatCounts(layout) : IntegerCounts(layout)
        let first = columns.histogramTimes.count
        var startTimes: [Int64] = []
        defer { columns.fillHistogramStarts(startTimes, from: first) }
        var (time, delta): (Int64, Int64) = (0, 0)
        for index in 0..<count {
            let previous = time
            let change = reader.varbitInteger()
            if index == 0 {
                time = change
                try state.readFirst(&reader)
            } else {
                delta = delta &+ change
                time = time &+ delta
                try state.readNext(&reader)
            }
            try starts.read(&reader, after: index, at: time, previous: previous)
            if reader.isPastEnd { throw reader.ended(afterSample: index, of: count) }
            if index > 0, time <= previous { throw reader.damage("the times of a chunk do not ascend") }
            if time > wanted.upperBound { return }
            if time < wanted.lowerBound { continue }
            columns.histogramTimes.append(time)
            columns.histograms.append(state.histogram(layout, hint(index)))
            startTimes.append(starts.current)
        }
    }

    /// What is known of a reset before a sample: the chunk before this one may be gone, so nothing of the first.
    private func hint(_ index: Int) -> NativeHistogram.CounterResetHint {
        isGauge ? .gauge : index > 0 ? .notReset : .unknown
    }
}
