extension NativeHistogram {
    typealias ZeroBucket = (count: Double, threshold: Double, loss: Double)

    /// What the zero bucket would hold if it were as wide as asked for, or wider, so that it ends in no bucket that holds
    /// something.
    ///
    /// - Complexity: O(buckets it takes in), once more for each time that it has to grow on the negative side.
    /// - Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `zeroCountForLargerThreshold`.
    func zeroBucket(widenedTo wanted: Double, _ losses: Losses?) -> ZeroBucket {
        var zero = (count: zeroCount, threshold: wanted, loss: losses?.zeroCount ?? 0)
        if wanted == zeroThreshold { return zero }
        repeat {
            zero.count = zeroCount
            _ = widen(&zero, positiveSpans, positiveBuckets, losses?.positive)
            // Wider on the negative side: what was said of the positive side no longer holds.
        } while widen(&zero, negativeSpans, negativeBuckets, losses?.negative)
        return zero
    }

    /// Takes in one side's buckets that begin within the threshold; true where a bucket made the threshold wider.
    private func widen(_ zero: inout ZeroBucket, _ spans: [BucketSpan], _ buckets: [Double], _ losses: [Double]?) -> Bool {
        var walk = BucketWalk(spans, buckets)
        while let bucket = walk.next() {
            if bound(bucket.index - 1) >= zero.threshold { return false }
            increment(&zero.count, &zero.loss, by: bucket.count)
            if let losses, bucket.place < losses.count { increment(&zero.count, &zero.loss, by: losses[bucket.place]) }
            let upper = bound(bucket.index)
            if upper > zero.threshold {
                if bucket.count == 0 { return false }
                zero.threshold = upper
                return true
            }
        }
        return false
    }

    /// Widens this zero bucket until it covers the other's, and ends in no bucket of either that holds something.
    ///
    /// - Returns: what the other's zero bucket holds at that width.
    mutating func reconcileZeroBucket(with other: NativeHistogram, _ losses: inout Losses?) -> (count: Double, loss: Double) {
        var theirs: ZeroBucket = (other.zeroCount, other.zeroThreshold, 0)
        while theirs.threshold < zeroThreshold || theirs.threshold > zeroThreshold {
            if zeroThreshold > theirs.threshold { theirs = other.zeroBucket(widenedTo: zeroThreshold, nil) }
            guard theirs.threshold > zeroThreshold else { continue }
            let mine = zeroBucket(widenedTo: theirs.threshold, losses)
            (zeroCount, zeroThreshold) = (mine.count, mine.threshold)
            losses?.zeroCount = mine.loss
            dropBucketsInZeroBucket(&losses)
        }
        return (theirs.count, theirs.loss)
    }

    /// Takes away the buckets whose counts are in the zero bucket now.
    private mutating func dropBucketsInZeroBucket(_ losses: inout Losses?) {
        var positive = BucketSide(positiveSpans, positiveBuckets, losses: losses?.positive ?? [])
        var negative = BucketSide(negativeSpans, negativeBuckets, losses: losses?.negative ?? [])
        clear(&positive)
        clear(&negative)
        (self.positive, self.negative) = (positive.compacted(), negative.compacted())
        guard losses != nil else { return }
        losses?.positive = positive.compacted().losses
        losses?.negative = negative.compacted().losses
    }

    private func clear(_ side: inout BucketSide) {
        var walk = BucketWalk(side.spans, side.counts)
        while let bucket = walk.next(), bound(bucket.index - 1) < zeroThreshold {
            side.counts[bucket.place] = 0
            if bucket.place < side.losses.count { side.losses[bucket.place] = 0 }
        }
    }
}
