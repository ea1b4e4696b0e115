extension NativeHistogram {
    /// Checks that spans and buckets agree, that nothing is negative, and that only what the schema uses is there.
    ///
    /// That `count` is at least the sum of the buckets is not asked: rounding alone may break it.
    /// - Throws: `NativeHistogramError`, the first thing found.
    /// - Complexity: O(buckets + bounds). Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `Validate`.
    public func validate() throws(NativeHistogramError) {
        if usesCustomBuckets {
            try validateCustomBounds()
            if zeroCount != 0 { throw .misplaced("custom buckets: must have zero count of 0") }
            if zeroThreshold != 0 { throw .misplaced("custom buckets: must have zero threshold of 0") }
            if !negativeSpans.isEmpty { throw .misplaced("custom buckets: must not have negative spans") }
            if !negativeBuckets.isEmpty { throw .misplaced("custom buckets: must not have negative buckets") }
        } else {
            guard Self.exponentialSchemas.contains(schema) else { throw .invalidSchema(schema) }
            try Self.validate(positiveSpans, positiveBuckets.count, side: "positive side", firstMayBeNegative: true)
            try Self.validate(negativeSpans, negativeBuckets.count, side: "negative side", firstMayBeNegative: true)
            try Self.validate(negativeBuckets, side: "negative side")
            if zeroCount < 0 { throw .negativeZeroCount(zeroCount) }
            if !customValues.isEmpty { throw .misplaced("histogram with exponential schema must not have custom bounds") }
        }
        if count < 0 { throw .negativeCount(count) }
        try Self.validate(positiveBuckets, side: "positive side")
    }

    private func validateCustomBounds() throws(NativeHistogramError) {
        for (place, bound) in customValues.enumerated() {
            if bound.isNaN { throw .boundIsNaN }
            if place > 0, bound <= customValues[place - 1] {
                throw .boundsOutOfOrder(previous: customValues[place - 1], current: bound)
            }
        }
        if customValues.last == .infinity { throw .infiniteBound }
        try Self.validate(positiveSpans, positiveBuckets.count, side: "custom buckets", firstMayBeNegative: false)
        let length = positiveSpans.reduce(0) { $0 + Int($1.length) + Int($1.offset) }
        if customValues.count + 1 < length { throw .tooFewBounds(bounds: customValues.count, buckets: length) }
    }

    private static func validate(
        _ spans: [BucketSpan], _ given: Int, side: String, firstMayBeNegative: Bool
    ) throws(NativeHistogramError) {
        var listed = 0
        for (place, span) in spans.enumerated() {
            if span.offset < 0, place > 0 || !firstMayBeNegative { throw .negativeOffset(side: side, span: place + 1, offset: span.offset) }
            listed += Int(span.length)
        }
        if listed != given { throw .bucketCount(side: side, listed: listed, given: given) }
    }

    private static func validate(_ buckets: [Double], side: String) throws(NativeHistogramError) {
        for (place, count) in buckets.enumerated() where count < 0 { throw .negativeBucket(side: side, bucket: place + 1, count: count) }
    }
}
