import LapwingSeries
import LapwingSystem

/// What is to be remarked about a quantile or a fraction of a native histogram.
enum NativeHistogramRemark {
    /// The quantile lies beyond all buckets, among observations that are no numbers.
    case isNotANumber
    /// Observations that are no numbers count as the greatest.
    case isSkewed
    case leavesOutNotANumbers
}

extension NativeHistogram {
    /// The φ-quantile: interpolated on a logarithmic scale in exponential buckets, linearly in custom ones and in the zero
    /// bucket, which reaches only to the side where there are others.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `promql/quantile.go`, `HistogramQuantile`.
    func quantile(_ quantile: Double, _ remark: inout NativeHistogramRemark?) -> Double {
        if quantile < 0 || quantile > 1 { return quantile < 0 ? -.infinity : .infinity }
        if count == 0 || quantile.isNaN { return .nan }
        // What is no number is in the count and in no bucket: then ranks are right from below alone.
        let isAscending = sum.isNaN || quantile < 0.5
        var walk = OrderedBuckets(self, isDescending: !isAscending)
        var rank = (isAscending ? quantile : 1 - quantile) * count
        var found: OrderedBuckets.Place?
        var seen = 0.0
        while let place = walk.next() {
            found = place
            if place.count == 0 { continue }
            seen += place.count
            if seen >= rank { break }
        }
        guard let found else {
            // A count and no buckets.
            if sum.isNaN, rank > 0 { remark = .isNotANumber }
            return sum.isNaN || rank == 0 ? .nan : 0
        }
        var bucket = bucket(at: found)
        if let end = settleOpenBounds(&bucket) { return end }
        seen = min(seen, count)
        if seen < rank {
            if sum.isNaN { remark = .isNotANumber }
            return sum.isNaN ? .nan : bucket.upper
        }
        rank = isAscending ? rank - (seen - bucket.count) : seen - rank
        if sum.isNaN {
            while let place = walk.next() { seen += place.count }
            if seen < count { remark = .isSkewed }
        }
        return bucket.value(at: rank / bucket.count, isLinear: usesCustomBuckets)
    }

    /// Ends the zero bucket at nought on a side that has no other, and a custom bucket that begins nowhere.
    ///
    /// - Returns: the quantile where the bucket has no other end to interpolate to.
    private func settleOpenBounds(_ bucket: inout Bucket) -> Double? {
        if !usesCustomBuckets {
            if bucket.lower < 0, bucket.upper > 0 { limitZeroBucket(&bucket) }
        } else if bucket.lower == -.infinity {
            if bucket.upper <= 0 { return bucket.upper }
            bucket.lower = 0
        } else if bucket.upper == .infinity {
            return bucket.lower
        }
        return nil
    }

    private func limitZeroBucket(_ bucket: inout Bucket) {
        if negativeBuckets.isEmpty, !positiveBuckets.isEmpty { bucket.lower = 0 }
        if positiveBuckets.isEmpty, !negativeBuckets.isEmpty { bucket.upper = 0 }
    }

    /// The fraction of observations between two values, interpolated as quantiles are.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `promql/quantile.go`, `HistogramFraction`.
    func fraction(from lower: Double, to upper: Double, _ remark: inout NativeHistogramRemark?) -> Double {
        if count == 0 || lower.isNaN || upper.isNaN { return .nan }
        if lower >= upper { return 0 }
        var ranks = RankSearch(lower: lower, upper: upper)
        var walk = OrderedBuckets(self)
        var rank = 0.0
        var seen = 0.0
        while !ranks.isDone, let place = walk.next() {
            var bucket = bucket(at: place)
            seen += bucket.count
            let isZeroBucket = bucket.lower <= 0 && bucket.upper >= 0
            if isZeroBucket { limitZeroBucket(&bucket) }
            let isLinear = usesCustomBuckets || isZeroBucket
            ranks.look(bucket.lower, bucket.upper, rank) { value in
                // A bucket that begins nowhere cannot be interpolated: all of it is taken.
                isLinear && bucket.lower == -.infinity
                    ? bucket.count : rank + bucket.count * bucket.fraction(below: value, isLinear: isLinear)
            }
            rank += bucket.count
        }
        if sum.isNaN {
            while let place = walk.next() { seen += place.count }
            if seen < count { remark = .leavesOutNotANumbers }
        } else {
            seen = count
        }
        return ranks.difference(limit: seen) / count
    }

    /// The mean squared distance from the mean, each bucket's observations taken to lie in its middle.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `promql/functions.go`, `histogramVariance`.
    var variance: Double {
        let mean = sum / count
        var squares = CompensatedSum()
        var walk = OrderedBuckets(self)
        while let place = walk.next() {
            if place.count == 0 { continue }
            let bucket = bucket(at: place)
            let middle: Double
            if usesCustomBuckets {
                middle = (bucket.upper + bucket.lower) / 2
            } else if bucket.lower <= 0, bucket.upper >= 0 {
                middle = 0
            } else {
                let root = (bucket.upper * bucket.lower).squareRoot()
                middle = bucket.upper < 0 ? -root : root
            }
            let distance = middle - mean
            squares.add(bucket.count * distance * distance)
        }
        return (squares.sum + squares.compensation) / count
    }
}

extension NativeHistogram.Bucket {
    /// The value below which a fraction of the bucket's observations lies.
    fileprivate func value(at fraction: Double, isLinear: Bool) -> Double {
        if isLinear || (lower <= 0 && upper >= 0) { return lower + (upper - lower) * fraction }
        let (low, high) = (log2(lower.magnitude), log2(upper.magnitude))
        return lower > 0 ? exp2(low + (high - low) * fraction) : -exp2(high + (low - high) * (1 - fraction))
    }
}
