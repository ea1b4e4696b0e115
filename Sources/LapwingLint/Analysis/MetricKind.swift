import LapwingSeries

/// What a metric counts, as far as its name tells by the conventions of Prometheus and OpenMetrics.
enum MetricKind {
    case counter, bucket, gauge, recorded, unknown

    init(_ name: String) {
        if name.utf8.contains(UInt8(ascii: ":")) {
            self = .recorded
        } else if name.ends(in: "_bucket") {
            self = .bucket
        } else if Self.counterEndings.contains(where: name.ends(in:)) {
            self = .counter
        } else if Self.gauges.contains(name) || Self.gaugeEndings[name.utf8.last]?.contains(where: name.ends(in:)) == true {
            self = .gauge
        } else {
            self = .unknown
        }
    }

    init(_ kind: MetricMetadata.Kind) {
        switch kind {
        case .counter, .histogram, .summary: self = .counter
        case .gauge, .info, .stateset, .gaugehistogram: self = .gauge
        case .unknown: self = .unknown
        }
    }

    private static let counterEndings = ["_total", "_count", "_sum"]
    private static let gauges: Set = ["up", "ALERTS", "ALERTS_FOR_STATE", "scrape_duration_seconds", "scrape_samples_scraped"]
    /// By their last letters, so that few are compared.
    private static let gaugeEndings = Dictionary(grouping: [
        "_info", "_ratio", "_celsius", "_timestamp_seconds", "_timestamp", "_percent", "_percentage", "_created", "_temperature",
        "_uptime_seconds", "_start_time_seconds", "_last_success", "_avail_bytes", "_free_bytes", "_used_bytes",
        "_available_bytes", "_limit_bytes", "_memory_bytes", "_average", "_depth", "_up", "_current_queue",
        "_replicas", "_MemAvailable_bytes", "_MemFree_bytes",
    ], by: \.utf8.last)
}

extension String {
    /// The same as `hasSuffix` for names, byte by byte: that one takes characters apart.
    func ends(in ending: String) -> Bool {
        let (bytes, last) = (utf8.span, ending.utf8.span)
        let start = bytes.count - last.count
        guard start >= 0 else { return false }
        for index in last.indices where bytes[start + index] != last[index] { return false }
        return true
    }
}
