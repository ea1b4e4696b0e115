#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension NativeHistogram {
    /// The histogram of which Prometheus' API lists these buckets: those that hold something, in ascending order.
    ///
    /// The list names neither schema nor empty buckets. Bounds that are all those of one exponential schema are taken for it,
    /// any others for custom ones; the width of a zero bucket that holds nothing is not known, and 0.
    /// - Returns: nil where the buckets overlap or do not ascend.
    /// - Complexity: O(buckets).
    public init?(count: Double, sum: Double, buckets: [Bucket]) {
        for (bucket, next) in zip(buckets, buckets.dropFirst()) where !(bucket.upper <= next.lower) { return nil }
        guard buckets.allSatisfy({ $0.lower <= $0.upper }) else { return nil }
        self.init(count: count, sum: sum)
        if !listExponential(buckets) { listCustom(buckets) }
    }

    private mutating func listExponential(_ buckets: [Bucket]) -> Bool {
        let zero = buckets.first { $0.includesLower && $0.includesUpper && $0.lower == -$0.upper }
        let width = zero?.upper ?? 0
        let positive = buckets.filter { $0.lower >= width && !$0.includesLower }
        let negative = buckets.filter { $0.upper <= -width && !$0.includesUpper }
        guard positive.count + negative.count + (zero == nil ? 0 : 1) == buckets.count else { return false }
        // Those farthest from zero have both their bounds, which the zero bucket cuts from others.
        let widest = positive.last ?? negative.first.map(\.mirrored)
        for schema in Self.exponentialSchemas.reversed() {
            guard let widest, Self.index(of: widest, schema, zeroThreshold: width) != nil else { continue }
            let above = positive.compactMap { Self.index(of: $0, schema, zeroThreshold: width) }
            let below = negative.reversed().compactMap { Self.index(of: $0.mirrored, schema, zeroThreshold: width) }
            guard above.count == positive.count, below.count == negative.count else { continue }
            self.schema = schema
            self.positive = BucketSide(above, positive.map(\.count))
            self.negative = BucketSide(below, negative.reversed().map(\.count))
            (zeroThreshold, zeroCount) = (width, zero?.count ?? 0)
            return true
        }
        guard widest == nil else { return false }
        (zeroThreshold, zeroCount) = (width, zero?.count ?? 0)
        return true
    }

    /// The index of a bucket above zero in a schema; nil where it is none of the schema's.
    private static func index(of bucket: Bucket, _ schema: Int32, zeroThreshold: Double) -> Int64? {
        guard bucket.upper > 0, bucket.upper.isFinite else { return nil }
        let estimate = log2(bucket.upper) * exp2(Double(schema))
        // The last finite bound stands for that of 2^1024, which is none.
        let index = Int64(estimate.rounded())
        guard exponentialBound(index, schema: schema) == bucket.upper else { return nil }
        let lower = exponentialBound(index - 1, schema: schema)
        return lower == bucket.lower || (bucket.lower == zeroThreshold && lower < zeroThreshold) ? index : nil
    }

    /// What lies between two buckets is an empty one.
    private mutating func listCustom(_ buckets: [Bucket]) {
        schema = Self.customBucketsSchema
        for bucket in buckets {
            if bucket.lower.isFinite, bucket.lower != customValues.last {
                customValues.append(bucket.lower)
                positiveBuckets.append(0)
            }
            if bucket.upper.isFinite { customValues.append(bucket.upper) }
            positiveBuckets.append(bucket.count)
        }
        positiveSpans = [BucketSpan(offset: 0, length: UInt32(clamping: positiveBuckets.count))]
        compact()
    }
}

extension NativeHistogram.Bucket {
    /// The same on the other side of zero.
    fileprivate var mirrored: Self { Self(lower: -upper, upper: -lower, includesLower: includesUpper, includesUpper: includesLower, count: count) }
}
