extension NativeHistogram {
    /// Which observations a trim keeps: those below a value (`</`) or those above it (`>/`).
    public enum Trim: Sendable, Hashable {
        case below, above
    }

    /// The observations on one side of a value, as far as the buckets tell: the bucket that holds the value is split by
    /// interpolation, the sum is estimated from the middles of what is left.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `TrimBuckets`.
    public func trimmed(_ trim: Trim, _ value: Double) -> NativeHistogram {
        var result = self
        var kept = Kept()
        let hasPositive = result.trim(.positive, trim, value, &kept)
        let hasNegative = result.trim(.negative, trim, value, &kept)
        if zeroCount > 0 {
            let zero = trimmedZeroBucket(trim, value, hasNegative: hasNegative, hasPositive: hasPositive)
            if zero.count != zeroCount { kept.hasChanged = true }
            result.zeroCount = zero.count
            kept.add(zero)
        }
        guard kept.hasChanged else { return self }
        result.count = kept.count
        result.sum = kept.sum
        result.compact()
        return result
    }

    private typealias Part = (count: Double, middle: Double)

    private struct Kept {
        var count = 0.0
        var sum = 0.0
        var hasChanged = false

        mutating func add(_ part: Part) {
            count += part.count
            sum += part.middle * part.count
        }
    }

    /// - Returns: whether the side held anything.
    private mutating func trim(_ side: OrderedBuckets.Side, _ trim: Trim, _ value: Double, _ kept: inout Kept) -> Bool {
        let isPositive = side == .positive
        var walk = isPositive ? BucketWalk(positiveSpans, positiveBuckets) : BucketWalk(negativeSpans, negativeBuckets)
        var holdsAny = false
        while let place = walk.next() {
            if place.count == 0 { continue }
            holdsAny = true
            let bucket = bareBucket(side, place.index, place.count)
            let isKept = trim == .below ? bucket.upper <= value : bucket.lower >= value
            let isSplit = trim == .below ? bucket.lower < value : bucket.upper > value
            var part: Part = (0, 0)
            if isKept {
                part = (place.count, middle(bucket.lower, bucket.upper, isPositive))
            } else if isSplit {
                part = split(bucket, trim, value, isPositive)
            }
            kept.add(part)
            if part.count == place.count, isKept || isSplit { continue }
            kept.hasChanged = true
            if isPositive { positiveBuckets[place.place] = part.count } else { negativeBuckets[place.place] = part.count }
        }
        return holdsAny
    }

    /// What is kept of a bucket that holds the value.
    private func split(_ bucket: Bucket, _ trim: Trim, _ value: Double, _ isPositive: Bool) -> Part {
        if bucket.lower == -.infinity { return Self.splitFromMinusInfinity(bucket, trim, value) }
        if bucket.upper == .infinity { return Self.splitToInfinity(bucket, trim, value) }
        let below =
            value <= bucket.lower
            ? 0 : value >= bucket.upper ? bucket.count : bucket.count * bucket.fraction(below: value, isLinear: usesCustomBuckets)
        return trim == .below
            ? (below, middle(bucket.lower, value, isPositive)) : (bucket.count - below, middle(value, bucket.upper, isPositive))
    }

    /// A bucket without a lower bound begins at nought where it ends above it; else nobody knows how it is filled.
    private static func splitFromMinusInfinity(_ bucket: Bucket, _ trim: Trim, _ value: Double) -> Part {
        let isEndless = bucket.upper == .infinity
        let none: Part = (0, bucket.upper.isInfinite ? 0 : bucket.upper)
        switch trim {
        case .below:
            if value >= bucket.upper { return (bucket.count, 0) }
            if value > 0, bucket.upper > 0, !isEndless { return (bucket.count * value / bucket.upper, value / 2) }
            return bucket.upper <= 0 ? (bucket.count, value) : none
        case .above:
            if value <= bucket.lower { return (bucket.count, 0) }
            if value >= 0, bucket.upper > value, !isEndless {
                return (bucket.count * (1 - value / bucket.upper), (value + bucket.upper) / 2)
            }
            return none
        }
    }

    /// Of a bucket without an upper bound all is kept above a value in it, and nothing below.
    private static func splitToInfinity(_ bucket: Bucket, _ trim: Trim, _ value: Double) -> Part {
        if trim == .above, value >= bucket.lower { return (bucket.count, value) }
        return (0, bucket.lower.isInfinite ? 0 : bucket.lower)
    }

    /// The zero bucket reaches only to the side on which there is anything else.
    private func trimmedZeroBucket(_ trim: Trim, _ value: Double, hasNegative: Bool, hasPositive: Bool) -> Part {
        let lower = hasPositive && !hasNegative ? 0 : -zeroThreshold
        let upper = hasNegative && !hasPositive ? 0 : zeroThreshold
        let all: Part = (zeroCount, (lower + upper) / 2)
        if value <= lower { return trim == .below ? (0, 0) : all }
        if value >= upper { return trim == .below ? all : (0, 0) }
        return trim == .below
            ? (zeroCount * ((value - lower) / (upper - lower)), (lower + value) / 2)
            : (zeroCount * ((upper - value) / (upper - lower)), (value + upper) / 2)
    }

    /// Where the observations between two values are taken to lie: the arithmetic mean for custom buckets, the geometric
    /// one otherwise.
    private func middle(_ lower: Double, _ upper: Double, _ isPositive: Bool) -> Double {
        if lower.isInfinite { return upper.isInfinite ? 0 : upper > 0 ? upper / 2 : upper }
        if upper.isInfinite { return lower }
        if usesCustomBuckets { return (lower + upper) / 2 }
        let mean = (lower * upper).magnitude.squareRoot()
        return isPositive ? mean : -mean
    }
}
