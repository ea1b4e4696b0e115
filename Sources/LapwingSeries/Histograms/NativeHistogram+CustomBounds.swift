extension NativeHistogram {
    /// Adds or subtracts the buckets of two custom layouts in that of the bounds they share.
    ///
    /// - Complexity: O(bounds of both). Source: Prometheus 3.14 `model/histogram/float_histogram.go`,
    ///   `addCustomBucketsWithMismatches`.
    mutating func combineAtCommonBounds(with other: NativeHistogram, _ sign: Double, _ losses: inout Losses?) {
        let common = Self.commonBounds(customValues, other.customValues)
        var counts = [Double](repeating: 0, count: common.count + 1)
        var lost = counts
        map(into: &counts, &lost, common, sign: 1, losses?.positive)
        other.map(into: &counts, &lost, common, sign: sign, nil)
        let all = BucketSide([BucketSpan(offset: 0, length: UInt32(clamping: counts.count))], counts, losses: lost)
        let side = all.compacted()
        positive = side
        customValues = common
        losses?.positive = side.losses
    }

    private func map(into counts: inout [Double], _ lost: inout [Double], _ common: [Double], sign: Double, _ losses: [Double]?) {
        var target = 0
        var walk = BucketWalk(positiveSpans, positiveBuckets)
        while let bucket = walk.next() {
            let bound = bound(bucket.index)
            while target < common.count, common[target] < bound { target += 1 }
            increment(&counts[target], &lost[target], by: sign * bucket.count)
            if let losses, bucket.place < losses.count { increment(&counts[target], &lost[target], by: losses[bucket.place]) }
        }
    }

    /// The bounds that two ascending lists share.
    static func commonBounds(_ a: [Double], _ b: [Double]) -> [Double] {
        var common: [Double] = []
        var (left, right) = (0, 0)
        while left < a.count, right < b.count {
            if a[left] == b[right] {
                common.append(a[left])
                left += 1
                right += 1
            } else if a[left] < b[right] {
                left += 1
            } else {
                right += 1
            }
        }
        return common
    }
}
