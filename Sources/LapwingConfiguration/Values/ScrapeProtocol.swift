/// A form in which a target may be asked for its page, as `scrape_protocols` names it.
///
/// Source: Prometheus `config/config.go` at v3.14, `ScrapeProtocolsHeaders`.
public enum ScrapeProtocol: String, Sendable, Hashable, CaseIterable {
    case openMetrics0 = "OpenMetricsText0.0.1"
    case openMetrics1 = "OpenMetricsText1.0.0"
    case protobuf = "PrometheusProto"
    case text0 = "PrometheusText0.0.4"
    case text1 = "PrometheusText1.0.0"

    /// What `Accept` says of it.
    var mediaRange: String {
        switch self {
        case .protobuf: "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
        case .text0: "text/plain;version=0.0.4"
        case .text1: "text/plain;version=1.0.0;escaping=allow-utf-8"
        case .openMetrics0: "application/openmetrics-text;version=0.0.1"
        case .openMetrics1: "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
        }
    }

    /// The `Accept` header that asks for these, the first with the greatest weight.
    public static func acceptHeader(_ protocols: [ScrapeProtocol]) -> String {
        let highest = allCases.count + 1
        let ranges = protocols.map(\.mediaRange) + ["*/*"]
        return ranges.enumerated().map { "\($0.element);q=0.\(max(1, highest - $0.offset))" }.joined(separator: ",")
    }
}
