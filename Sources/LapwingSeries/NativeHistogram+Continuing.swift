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
        var mine = FilledBuckets(spans, counts)
        var theirs = FilledBuckets(other, otherCounts)
        var bucket = mine.next()
        while let needed = theirs.next() {
            while let found = bucket, found.index < needed.index { bucket = mine.next() }
            guard let found = bucket, found.index == needed.index, !(found.count < needed.count) else { return false }
        }
        return true
    }

    /// The buckets that hold something, by their index.
    private struct FilledBuckets: IteratorProtocol {
        private let spans: [BucketSpan]
        private let counts: [Double]
        private var span = -1
        private var left: UInt32 = 0
        private var index: Int64 = 0
        private var place = 0

        init(_ spans: [BucketSpan], _ counts: [Double]) {
            self.spans = spans
            self.counts = counts
        }

        mutating func next() -> (index: Int64, count: Double)? {
            while true {
                while left == 0 {
                    span += 1
                    guard span < spans.count else { return nil }
                    index += Int64(spans[span].offset)
                    left = spans[span].length
                }
                guard place < counts.count else { return nil }
                defer {
                    left -= 1
                    index += 1
                    place += 1
                }
                if counts[place] != 0 { return (index, counts[place]) }
            }
        }
    }
}
