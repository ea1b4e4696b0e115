extension MetricMetadata.Kind {
    /// What the names of a family's series add to the family's. Source: OpenMetrics 1.0, "Metric types".
    public var suffixes: [String] {
        switch self {
        case .counter: ["_total", "_created"]
        case .histogram: ["_bucket", "_count", "_sum", "_created"]
        case .gaugehistogram: ["_bucket", "_gcount", "_gsum"]
        case .summary: ["_count", "_sum", "_created", ""]
        case .info: ["_info"]
        case .gauge, .stateset, .unknown: [""]
        }
    }

    fileprivate static let allSuffixes = ["_bucket", "_count", "_sum", "_total", "_created", "_info", "_gcount", "_gsum"]
}

extension MetricMetadata {
    /// The family to which a series of this name and kind belongs: those of histograms and summaries have suffixes.
    public static func family(ofSeries name: String, _ kind: Kind) -> String {
        let suffixes: [String]
        switch kind {
        case .histogram: suffixes = ["_bucket", "_count", "_sum"]
        case .gaugehistogram: suffixes = ["_bucket", "_gcount", "_gsum", "_count", "_sum"]
        case .summary: suffixes = ["_count", "_sum"]
        case .counter, .gauge, .info, .stateset, .unknown: suffixes = []
        }
        guard let suffix = suffixes.first(where: { name.utf8.count > $0.utf8.count && name.hasSuffix($0) }) else { return name }
        return String(name.dropLast(suffix.count))
    }

    /// The families to which a series of this name may belong, one called as the series is aside.
    public static func possibleFamilies(ofSeries name: String) -> [String] {
        Kind.allSuffixes.compactMap { name.hasSuffix($0) ? String(name.dropLast($0.count)) : nil }
    }
}
