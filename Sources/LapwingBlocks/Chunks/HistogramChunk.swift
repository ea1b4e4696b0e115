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
        var state: any HistogramCounts = isFloat ? FloatCounts(layout, &reader) : IntegerCounts(layout, &reader)
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

/// The counts of the histogram at which a reader stands; called once per histogram.
private protocol HistogramCounts {
    @_lifetime(reader: copy reader)
    mutating func readFirst(_ reader: inout BitReader) throws(DamagedBytes)
    @_lifetime(reader: copy reader)
    mutating func readNext(_ reader: inout BitReader) throws(DamagedBytes)
    func histogram(_ layout: HistogramLayout, _ hint: NativeHistogram.CounterResetHint) -> NativeHistogram
}

private struct IntegerCounts: HistogramCounts {
    private var count: UInt64 = 0
    private var zeroCount: UInt64 = 0
    private var countDelta: Int64 = 0
    private var zeroCountDelta: Int64 = 0
    private var sum = XORState()
    /// Differences from bucket to bucket, and how they changed last: those of both signs after one another.
    private var buckets: [Int64]
    private var deltas: [Int64]
    private let positiveCount: Int

    init(_ layout: HistogramLayout, _ reader: inout BitReader) {
        positiveCount = layout.positiveCount
        // No more than there are bits: `HistogramLayout` counts them.
        let count = positiveCount + layout.negativeCount
        buckets = [Int64](repeating: 0, count: count)
        deltas = buckets
    }

    @_lifetime(reader: copy reader)
    mutating func readFirst(_ reader: inout BitReader) {
        count = reader.varbitUnsigned()
        zeroCount = reader.varbitUnsigned()
        sum.bits = reader.bits(64)
        for index in buckets.indices { buckets[index] = reader.varbitInteger() }
    }

    @_lifetime(reader: copy reader)
    mutating func readNext(_ reader: inout BitReader) throws(DamagedBytes) {
        countDelta = countDelta &+ reader.varbitInteger()
        count = count &+ UInt64(bitPattern: countDelta)
        zeroCountDelta = zeroCountDelta &+ reader.varbitInteger()
        zeroCount = zeroCount &+ UInt64(bitPattern: zeroCountDelta)
        try reader.exclusiveOr(&sum)
        if sum.value.isStaleMarker { return }
        for index in buckets.indices {
            deltas[index] = deltas[index] &+ reader.varbitInteger()
            buckets[index] = buckets[index] &+ deltas[index]
        }
    }

    func histogram(_ layout: HistogramLayout, _ hint: NativeHistogram.CounterResetHint) -> NativeHistogram {
        if sum.value.isStaleMarker { return .staleMarker }
        return layout.histogram(
            hint, count: Double(count), zeroCount: Double(zeroCount), sum: sum.value,
            positive: Self.counts(buckets[..<positiveCount]), negative: Self.counts(buckets[positiveCount...]))
    }

    private static func counts(_ deltas: ArraySlice<Int64>) -> [Double] {
        var count: Int64 = 0
        return deltas.map { delta in
            count = count &+ delta
            return Double(count)
        }
    }
}

private struct FloatCounts: HistogramCounts {
    private var count = XORState()
    private var zeroCount = XORState()
    private var sum = XORState()
    private var buckets: [XORState]
    private let positiveCount: Int

    init(_ layout: HistogramLayout, _ reader: inout BitReader) {
        positiveCount = layout.positiveCount
        buckets = [XORState](repeating: XORState(), count: positiveCount + layout.negativeCount)
    }

    @_lifetime(reader: copy reader)
    mutating func readFirst(_ reader: inout BitReader) {
        count.bits = reader.bits(64)
        zeroCount.bits = reader.bits(64)
        sum.bits = reader.bits(64)
        for index in buckets.indices { buckets[index].bits = reader.bits(64) }
    }

    @_lifetime(reader: copy reader)
    mutating func readNext(_ reader: inout BitReader) throws(DamagedBytes) {
        try reader.exclusiveOr(&count)
        try reader.exclusiveOr(&zeroCount)
        try reader.exclusiveOr(&sum)
        if sum.value.isStaleMarker { return }
        for index in buckets.indices { try reader.exclusiveOr(&buckets[index]) }
    }

    func histogram(_ layout: HistogramLayout, _ hint: NativeHistogram.CounterResetHint) -> NativeHistogram {
        if sum.value.isStaleMarker { return .staleMarker }
        return layout.histogram(
            hint, count: count.value, zeroCount: zeroCount.value, sum: sum.value,
            positive: buckets[..<positiveCount].map(\.value), negative: buckets[positiveCount...].map(\.value))
    }
}
