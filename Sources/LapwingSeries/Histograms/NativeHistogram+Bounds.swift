#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension NativeHistogram {
    /// The upper bound of the bucket at an index: listed for custom buckets, 2^(index / 2^schema) otherwise.
    ///
    /// The bucket that the formula would end just above the largest finite number ends at that number, since the one
    /// after it counts the infinities.
    func bound(_ index: Int64) -> Double {
        if usesCustomBuckets {
            return index < 0 ? -.infinity : index < customValues.count ? customValues[Int(index)] : .infinity
        }
        return Self.exponentialBound(index, schema: schema)
    }

    /// - Complexity: O(1). Source: Prometheus 3.14 `model/histogram/generic.go`, `getBoundExponential`.
    static func exponentialBound(_ index: Int64, schema: Int32) -> Double {
        guard exponentialSchemas.contains(schema) else { return .nan }
        let scale = Int64(1) << abs(schema)
        let (whole, part) = schema <= 0 ? (index &* scale, Int64(0)) : (index >> Int64(schema), index & (scale - 1))
        if whole > 1024 || (whole == 1024 && part > 0) { return .infinity }
        if whole == 1024 { return .greatestFiniteMagnitude }
        if whole < -1100 { return 0 }
        return scalbn(schema <= 0 ? 0.5 : fractions[Int(schema)][Int(part)], Int32(whole) + 1)
    }

    /// The bounds in [0.5, 1) of each schema from 0 to 8, bit for bit those of Prometheus' table, so that bounds of its
    /// histograms and ours are equal and print the same.
    ///
    /// Every other bound is that of the schema below, the rest lies one factor behind it. Prometheus' factor for
    /// schema 1 is the number before the one nearest to √2.
    private static let fractions: [[Double]] = {
        var tables: [[Double]] = [[0.5]]
        for schema in 1...8 {
            let factor = schema == 1 ? (2.0).squareRoot().nextDown : exp2(exp2(Double(-schema)))
            var bounds = [0.5]
            for index in 1..<(1 << schema) { bounds.append(index % 2 == 0 ? tables[schema - 1][index / 2] : bounds[index - 1] * factor) }
            tables.append(bounds)
        }
        return tables
    }()
}
