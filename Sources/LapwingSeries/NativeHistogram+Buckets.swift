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
    }

    /// Every bucket that the spans list, in ascending order: negative ones, the zero bucket when it holds anything,
    /// positive ones.
    ///
    /// - Complexity: O(buckets).
    public var buckets: [Bucket] {
        var result = Self.indexed(negativeSpans, negativeBuckets).reversed().map { index, count in
            bucket(lower: -bound(index), upper: -bound(index - 1), index, count)
        }
        if zeroCount != 0 {
            result.append(
                Bucket(
                    lower: -zeroThreshold, upper: zeroThreshold, includesLower: true, includesUpper: true,
                    count: zeroCount))
        }
        for (index, count) in Self.indexed(positiveSpans, positiveBuckets) {
            result.append(bucket(lower: bound(index - 1), upper: bound(index), index, count))
        }
        return result
    }

    private func bucket(lower: Double, upper: Double, _ index: Int64, _ count: Double) -> Bucket {
        Bucket(
            lower: lower, upper: upper, includesLower: usesCustomBuckets ? index == 0 : lower < 0,
            includesUpper: usesCustomBuckets || upper > 0, count: count)
    }

    private static func indexed(_ spans: [BucketSpan], _ counts: [Double]) -> [(index: Int64, count: Double)] {
        var result: [(index: Int64, count: Double)] = []
        result.reserveCapacity(counts.count)
        var index: Int64 = 0
        for span in spans {
            index += Int64(span.offset)
            for _ in 0..<min(Int(span.length), counts.count - result.count) {
                result.append((index, counts[result.count]))
                index += 1
            }
        }
        return result
    }

    /// The upper bound of the bucket at an index: listed for custom buckets, 2^(index / 2^schema) otherwise.
    ///
    /// The bucket that the formula would end just above the largest finite number ends at that number, since the one
    /// after it counts the infinities.
    func bound(_ index: Int64) -> Double {
        if usesCustomBuckets {
            return index < 0 ? -.infinity : index < customValues.count ? customValues[Int(index)] : .infinity
        }
        guard Self.exponentialSchemas.contains(schema) else { return .nan }
        let scale = Int64(1) << abs(schema)
        let (whole, part) =
            schema <= 0 ? (index &* scale, Int64(0)) : (index >> Int64(schema), index & (scale - 1))
        if whole > 1024 || (whole == 1024 && part > 0) { return .infinity }
        if whole == 1024 { return .greatestFiniteMagnitude }
        if whole < -1100 { return 0 }
        let fraction = part == 0 ? 1 : exp2(Double(part) / Double(scale))
        return scalbn(fraction, Int32(whole))
    }
}

extension NativeHistogram: CustomStringConvertible {
    /// `{count:3, sum:10, (1,2]:3}`, as Prometheus' `FloatHistogram.String` writes it: buckets that hold something.
    public var description: String {
        var text = "{count:\(GoNumber.text(count)), sum:\(GoNumber.text(sum))"
        for bucket in buckets where bucket.count != 0 {
            text += ", \(bucket.includesLower ? "[" : "(")\(GoNumber.text(bucket.lower)),"
            text += "\(GoNumber.text(bucket.upper))\(bucket.includesUpper ? "]" : ")"):\(GoNumber.text(bucket.count))"
        }
        return text + "}"
    }
}
