extension NativeHistogram {
    var positive: BucketSide {
        get { BucketSide(positiveSpans, positiveBuckets) }
        set { (positiveSpans, positiveBuckets) = (newValue.spans, newValue.counts) }
    }

    var negative: BucketSide {
        get { BucketSide(negativeSpans, negativeBuckets) }
        set { (negativeSpans, negativeBuckets) = (newValue.spans, newValue.counts) }
    }

    /// Takes empty buckets out of the spans, but for gaps of at most so many between two buckets that hold something.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `model/histogram/generic.go`, `compactBuckets`.
    public mutating func compact(maximumEmptyBuckets: Int = 0) {
        positive = positive.compacted(maximumEmptyBuckets: maximumEmptyBuckets)
        negative = negative.compacted(maximumEmptyBuckets: maximumEmptyBuckets)
    }

    public func compacted(maximumEmptyBuckets: Int = 0) -> NativeHistogram {
        var result = self
        result.compact(maximumEmptyBuckets: maximumEmptyBuckets)
        return result
    }

    /// The same observations in the buckets of a coarser schema; the histogram itself for custom buckets, and where the
    /// schema is not a coarser one.
    ///
    /// - Complexity: O(buckets). Source: `CopyToSchema`.
    public func reduced(to schema: Int32) -> NativeHistogram {
        guard schema < self.schema, !usesCustomBuckets, schema != Self.customBucketsSchema else { return self }
        var result = self
        let shift = Int64(self.schema) - Int64(schema)
        result.positive = positive.reduced(by: shift)
        result.negative = negative.reduced(by: shift)
        result.schema = schema
        // A copy at another resolution is no sample of its series any more.
        result.counterResetHint = .unknown
        return result
    }

    /// Whether two histograms are the same data: schema, bounds, counts bit for bit, and the same buckets listed, empty
    /// ones as well; the reset hint says nothing of that.
    ///
    /// - Complexity: O(buckets). Source: `Equals`.
    public func isSameData(as other: NativeHistogram) -> Bool {
        schema == other.schema && count.bitPattern == other.count.bitPattern && sum.bitPattern == other.sum.bitPattern
            && (!usesCustomBuckets || customValues == other.customValues) && zeroThreshold == other.zeroThreshold
            && zeroCount.bitPattern == other.zeroCount.bitPattern
            && Self.isSameLayout(negativeSpans, other.negativeSpans) && Self.isSameBits(negativeBuckets, other.negativeBuckets)
            && Self.isSameLayout(positiveSpans, other.positiveSpans) && Self.isSameBits(positiveBuckets, other.positiveBuckets)
    }

    private static func isSameBits(_ a: [Double], _ b: [Double]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    /// Whether spans list the same buckets, wherever they are split.
    private static func isSameLayout(_ a: [BucketSpan], _ b: [BucketSpan]) -> Bool { a == b || runs(a) == runs(b) }

    /// The runs of consecutive buckets, as the index of the first and the one behind the last.
    private static func runs(_ spans: [BucketSpan]) -> [Range<Int64>] {
        var runs: [Range<Int64>] = []
        var index: Int64 = 0
        for span in spans {
            index += Int64(span.offset)
            let end = index + Int64(span.length)
            if span.length > 0 {
                if let last = runs.last, last.upperBound == index, last.lowerBound <= index {
                    runs[runs.count - 1] = last.lowerBound..<end
                } else {
                    runs.append(index..<end)
                }
            }
            index = end
        }
        return runs
    }
}
