extension NativeHistogram {
    /// Whether a counter of histograms began anew between the previous one and this one: its hint says so, or something
    /// is less than it was, or the layout has become finer.
    ///
    /// A coarser schema and a wider zero bucket are no resets as long as no bucket is split by them.
    /// - Complexity: O(buckets of both). Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `DetectReset`.
    public func isReset(after previous: NativeHistogram) -> Bool {
        switch counterResetHint {
        case .reset: return true
        case .notReset: return false
        // Gauges should not be asked; those that are count as counters.
        case .unknown, .gauge: break
        }
        if count < previous.count { return true }
        if usesCustomBuckets {
            if !previous.usesCustomBuckets { return true }
            if customValues != previous.customValues { return hasLostAtCommonBounds(previous) }
        }
        if schema > previous.schema || zeroThreshold < previous.zeroThreshold { return true }
        // An exponential schema below -53 does not exist, so that a custom one before this has returned above.
        let zero = previous.zeroBucket(widenedTo: zeroThreshold, nil)
        if zero.threshold != zeroThreshold || zeroCount < zero.count { return true }
        return hasLost(previous, isPositive: true) || hasLost(previous, isPositive: false)
    }

    /// Whether a bucket of one side holds less than it did.
    private func hasLost(_ previous: NativeHistogram, isPositive: Bool) -> Bool {
        var mine = MergedBucketWalk(self, isPositive: isPositive, schema: schema, above: zeroThreshold)
        var theirs = MergedBucketWalk(previous, isPositive: isPositive, schema: schema, above: zeroThreshold)
        var bucket = mine.next()
        while let before = theirs.next() {
            while let found = bucket, found.index < before.index { bucket = mine.next() }
            if let found = bucket, found.index == before.index {
                if found.count < before.count { return true }
            } else if before.count != 0 {
                return true
            }
        }
        return false
    }

    /// The same for custom buckets of other bounds: those between two common bounds are taken together.
    private func hasLostAtCommonBounds(_ previous: NativeHistogram) -> Bool {
        let common = Self.commonBounds(customValues, previous.customValues)
        let (mine, theirs) = (rolledUp(to: common), previous.rolledUp(to: common))
        return zip(mine, theirs).contains { $0 < $1 }
    }

    private func rolledUp(to bounds: [Double]) -> [Double] {
        var counts = [Double](repeating: 0, count: bounds.count + 1)
        var target = 0
        var walk = BucketWalk(positiveSpans, positiveBuckets)
        while let bucket = walk.next() {
            while target < bounds.count, bounds[target] < bound(bucket.index) { target += 1 }
            counts[target] += bucket.count
        }
        return counts
    }
}
