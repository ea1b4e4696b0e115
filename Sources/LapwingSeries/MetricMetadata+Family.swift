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

    /// Of all kinds; no name ends in two of them.
    fileprivate static let allSuffixes = Set(allCases.flatMap(\.suffixes)).subtracting([""])
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

    /// What is known of a series' metric: of one called as the series is, else of a family to which it may belong.
    public static func ofSeries(_ name: String, in known: [String: MetricMetadata]) -> MetricMetadata? {
        known[name] ?? possibleFamilies(ofSeries: name).lazy.compactMap { known[$0] }.first
    }

    /// The families to which a series of this name may belong, one called as the series is aside.
    public static func possibleFamilies(ofSeries name: String) -> [String] {
        Kind.allSuffixes.compactMap { name.hasSuffix($0) ? String(name.dropLast($0.count)) : nil }
    }
}
