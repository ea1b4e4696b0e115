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
}
