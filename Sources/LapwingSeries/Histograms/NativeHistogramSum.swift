/// A sum of histograms that keeps what rounding loses (Kahan's summation as Neumaier improved it), bucket by bucket.
///
/// Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `KahanAdd`.
public struct NativeHistogramSum: Sendable {
    private var histogram: NativeHistogram
    /// Nil until something was added.
    private var losses: NativeHistogram.Losses?

    public init(_ first: NativeHistogram) { histogram = first }

    /// - Throws: `incompatibleSchemas`; the sum stays as it was.
    /// - Complexity: O(buckets of both).
    public mutating func add(_ other: NativeHistogram) throws(NativeHistogramError) -> NativeHistogram.Remarks {
        guard histogram.usesCustomBuckets == other.usesCustomBuckets else { throw .incompatibleSchemas }
        if losses == nil { losses = NativeHistogram.Losses(of: histogram) }
        return try histogram.combine(with: other, sign: 1, &losses)
    }

    var hasOverflow: Bool { histogram.hasOverflow }

    mutating func multiply(by factor: Double) {
        histogram.multiply(by: factor)
        losses?.scale { $0 * factor }
    }

    mutating func divide(by divisor: Double) {
        histogram.divide(by: divisor)
        losses?.scale { $0 / divisor }
    }

    /// The sum with what was lost.
    public var total: NativeHistogram {
        guard let losses else { return histogram }
        var total = histogram
        total.zeroCount += losses.zeroCount
        total.count += losses.count
        total.sum += losses.sum
        for (place, loss) in losses.positive.enumerated() where place < total.positiveBuckets.count { total.positiveBuckets[place] += loss }
        for (place, loss) in losses.negative.enumerated() where place < total.negativeBuckets.count { total.negativeBuckets[place] += loss }
        return total
    }
}

/// The mean of histograms that come one by one: their sum divided, or incrementally once the sum would overflow.
///
/// Source: Prometheus 3.14 `promql/functions.go`, `funcAvgOverTime`.
public struct NativeHistogramMean: Sendable {
    private var sum: NativeHistogramSum
    private var count = 1.0
    private var isIncremental = false

    public init(_ first: NativeHistogram) { sum = NativeHistogramSum(first) }

    /// - Throws: `incompatibleSchemas`; the mean is of no use then.
    public mutating func add(_ other: NativeHistogram) throws(NativeHistogramError) -> NativeHistogram.Remarks {
        count += 1
        var remarks: NativeHistogram.Remarks = []
        if !isIncremental {
            var next = sum
            remarks = try next.add(other)
            if !next.hasOverflow {
                sum = next
                return remarks
            }
            isIncremental = true
            sum.divide(by: count - 1)
        }
        sum.multiply(by: (count - 1) / count)
        var part = other
        part.divide(by: count)
        return remarks.union(try sum.add(part))
    }

    public var value: NativeHistogram {
        if isIncremental { return sum.total }
        var mean = sum
        mean.divide(by: count)
        return mean.total
    }
}
