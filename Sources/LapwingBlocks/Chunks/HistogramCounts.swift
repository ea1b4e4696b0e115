import LapwingSeries

/// The counts of the histogram at which a reader stands; called once per histogram.
protocol HistogramCounts {
    @_lifetime(reader: copy reader)
    mutating func readFirst(_ reader: inout BitReader) throws(DamagedBytes)
    @_lifetime(reader: copy reader)
    mutating func readNext(_ reader: inout BitReader) throws(DamagedBytes)
    func histogram(_ layout: HistogramLayout, _ hint: NativeHistogram.CounterResetHint) -> NativeHistogram
}

struct IntegerCounts: HistogramCounts {
    private var count: UInt64 = 0
    private var zeroCount: UInt64 = 0
    private var countDelta: Int64 = 0
    private var zeroCountDelta: Int64 = 0
    private var sum = XORState()
    /// Differences from bucket to bucket, and how they changed last: those of both signs after one another.
    private var buckets: [Int64]
    private var deltas: [Int64]
    private let positiveCount: Int

    init(_ layout: HistogramLayout) {
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

struct FloatCounts: HistogramCounts {
    private var count = XORState()
    private var zeroCount = XORState()
    private var sum = XORState()
    private var buckets: [XORState]
    private let positiveCount: Int

    init(_ layout: HistogramLayout) {
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
