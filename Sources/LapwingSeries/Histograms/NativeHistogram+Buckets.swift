import LapwingText

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension NativeHistogram {
    /// One bucket with its bounds.
    public struct Bucket: Sendable, Hashable {
        public var lower: Double
        public var upper: Double
        public var includesLower: Bool
        public var includesUpper: Bool
        public var count: Double

        public init(lower: Double, upper: Double, includesLower: Bool, includesUpper: Bool, count: Double) {
            self.lower = lower
            self.upper = upper
            self.includesLower = includesLower
            self.includesUpper = includesUpper
            self.count = count
        }

        /// The fraction of the bucket's width that lies at or below a value strictly within its finite bounds: linear for
        /// custom buckets and around zero, on a logarithmic scale otherwise.
        public func fraction(below value: Double, isLinear: Bool) -> Double {
            if isLinear { return (value - lower) / (upper - lower) }
            let (low, high, middle) = (log2(lower.magnitude), log2(upper.magnitude), log2(value.magnitude))
            return value > 0 ? (middle - low) / (high - low) : 1 - (middle - high) / (low - high)
        }
    }

    /// Every bucket that the spans list, in ascending order: negative ones, the zero bucket when it holds something,
    /// positive ones; bounds within the zero bucket are moved to its edge.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `AllBucketIterator`.
    public var buckets: [Bucket] {
        var walk = OrderedBuckets(self)
        var result: [Bucket] = []
        result.reserveCapacity(negativeBuckets.count + positiveBuckets.count + 1)
        while let place = walk.next() { result.append(bucket(at: place)) }
        return result
    }

    /// A place of an ordered walk as a bucket, with its bounds kept out of the zero bucket.
    public func bucket(at place: OrderedBuckets.Place) -> Bucket {
        var bucket = bareBucket(place.side, place.index, place.count)
        if place.side != .zero {
            if bucket.upper < 0, bucket.upper > -zeroThreshold { bucket.upper = -zeroThreshold }
            if bucket.lower > 0, bucket.lower < zeroThreshold { bucket.lower = zeroThreshold }
        }
        return bucket
    }

    func bareBucket(_ side: OrderedBuckets.Side, _ index: Int64, _ count: Double) -> Bucket {
        let (lower, upper): (Double, Double)
        switch side {
        case .zero:
            return Bucket(lower: -zeroThreshold, upper: zeroThreshold, includesLower: true, includesUpper: true, count: count)
        case .negative: (lower, upper) = (-bound(index), -bound(index - 1))
        case .positive: (lower, upper) = (bound(index - 1), bound(index))
        }
        return Bucket(
            lower: lower, upper: upper, includesLower: usesCustomBuckets ? index == 0 : lower < 0,
            includesUpper: usesCustomBuckets || upper > 0, count: count)
    }
}

extension NativeHistogram: CustomStringConvertible {
    /// `{count:3, sum:10, (1,2]:3}`, as Prometheus' `FloatHistogram.String` writes it: buckets that hold something.
    public var description: String {
        var text = "{count:\(GoNumber.text(count)), sum:\(GoNumber.text(sum))"
        var negative = BucketWalk(negativeSpans, negativeBuckets, isDescending: true)
        while let place = negative.next() { text += Self.text(bareBucket(.negative, place.index, place.count)) }
        text += Self.text(bareBucket(.zero, 0, zeroCount))
        var positive = BucketWalk(positiveSpans, positiveBuckets)
        while let place = positive.next() { text += Self.text(bareBucket(.positive, place.index, place.count)) }
        return text + "}"
    }

    private static func text(_ bucket: Bucket) -> String {
        if bucket.count == 0 { return "" }
        return ", \(bucket.includesLower ? "[" : "(")\(GoNumber.text(bucket.lower)),"
            + "\(GoNumber.text(bucket.upper))\(bucket.includesUpper ? "]" : ")"):\(GoNumber.text(bucket.count))"
    }
}
