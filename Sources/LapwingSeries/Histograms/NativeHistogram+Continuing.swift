extension NativeHistogram {
    /// Whether this histogram can be the next of its series without a reset of its counter or a change of its layout.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `tsdb/chunkenc/float_histogram.go`, `appendable`.
    public func continues(_ previous: NativeHistogram) -> Bool {
        if (counterResetHint == .gauge) != (previous.counterResetHint == .gauge) || counterResetHint == .reset { return false }
        if isStaleMarker { return true }
        if previous.isStaleMarker || schema != previous.schema || zeroThreshold != previous.zeroThreshold { return false }
        if usesCustomBuckets, customValues != previous.customValues { return false }
        if counterResetHint == .gauge { return true }
        return !(count < previous.count) && !(zeroCount < previous.zeroCount)
            && Self.holds(positiveSpans, positiveBuckets, atLeast: previous.positiveSpans, previous.positiveBuckets)
            && Self.holds(negativeSpans, negativeBuckets, atLeast: previous.negativeSpans, previous.negativeBuckets)
    }

    /// Whether no bucket has lost anything.
    private static func holds(_ spans: [BucketSpan], _ counts: [Double], atLeast other: [BucketSpan], _ otherCounts: [Double]) -> Bool {
        var mine = BucketWalk(spans, counts)
        var theirs = BucketWalk(other, otherCounts)
        var bucket = mine.next()
        while let needed = theirs.next() {
            if needed.count == 0 { continue }
            while let found = bucket, found.index < needed.index { bucket = mine.next() }
            guard let found = bucket, found.index == needed.index, !(found.count < needed.count) else { return false }
        }
        return true
    }
}
