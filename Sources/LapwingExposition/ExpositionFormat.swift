import LapwingSeries

/// A text form of an exposition page, told by the `Content-Type` with which it came.
public enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus' own text, versions 0.0.4 and 1.0.0 (which allows any UTF-8 in quoted names; so does the reader).
    case prometheusText
    /// OpenMetrics text, versions 0.0.1 and 1.0.0.
    case openMetrics

    public static let prometheusTextMediaType = "text/plain"
    public static let openMetricsMediaType = "application/openmetrics-text"

    /// The format of a page that came with this `Content-Type`.
    ///
    /// - Parameter fallback: what a missing, unreadable or unknown type is taken as (`fallback_scrape_protocol`).
    /// - Throws: `UnknownContentType` when there is no fallback either.
    /// Source: Prometheus `model/textparse/interface.go`, `extractMediaType`.
    public init(contentType: String, fallback: ExpositionFormat? = nil) throws(UnknownContentType) {
        switch Self.mediaType(of: contentType) {
        case Self.prometheusTextMediaType: self = .prometheusText
        case Self.openMetricsMediaType: self = .openMetrics
        default:
            guard let fallback else { throw UnknownContentType(contentType: contentType) }
            self = fallback
        }
    }

    /// The format of a page of which nobody says it: OpenMetrics ends as no other does.
    public init(ofPageEnding page: [UInt8]) {
        let last = page.suffix(16).split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.last
        self = last?.elementsEqual("# EOF".utf8) == true ? .openMetrics : .prometheusText
    }

    /// The words that a TYPE line may say.
    var typeWords: [(word: String, kind: MetricMetadata.Kind)] {
        switch self {
        case .prometheusText:
            [
                ("counter", .counter), ("gauge", .gauge), ("histogram", .histogram), ("summary", .summary),
                ("untyped", .unknown),
            ]
        case .openMetrics: MetricMetadata.Kind.allCases.map { ($0.rawValue, $0) }
        }
    }

    /// What stands before the parameters, in lower case; nil when that is no `type/subtype`.
    static func mediaType(of contentType: String) -> String? {
        let head = contentType.prefix { $0 != ";" }
        let type = head.filter { $0 != " " && $0 != "\t" }.lowercased()
        let parts = type.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty ? type : nil
    }

    /// The `Content-Type` of a page that we write in this format.
    public var contentType: String {
        switch self {
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8; escaping=allow-utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"
        }
    }

    /// The `Accept` header that a scrape sends: Prometheus 3.14's for its text protocols, in its order and weights.
    public static let acceptHeader = [
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6",
        "application/openmetrics-text;version=0.0.1;q=0.5",
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4",
        "text/plain;version=0.0.4;q=0.3",
        "*/*;q=0.2",
    ].joined(separator: ",")

    /// The format in which to answer a request with this `Accept` header: the one with the greater weight, of equals the first; where none
    /// is named, plain text, which any client can read.
    public init(accept: String) {
        var best: (weight: Double, format: ExpositionFormat)?
        for item in accept.split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            let format: ExpositionFormat
            switch parts.first {
            case Self.openMetricsMediaType: format = .openMetrics
            case Self.prometheusTextMediaType, "text/*", "*/*": format = .prometheusText
            default: continue
            }
            let weight = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best?.weight ?? 0 { best = (weight, format) }
        }
        self = best?.format ?? .prometheusText
    }
}

/// A page's `Content-Type` that names no format that can be read.
public struct UnknownContentType: Error, Sendable, Hashable, CustomStringConvertible {
    public var contentType: String

    public var description: String {
        if contentType.isEmpty {
            return "the target sent no Content-Type and no fallback_scrape_protocol is set for it"
        }
        let expected = "\(ExpositionFormat.prometheusTextMediaType) or \(ExpositionFormat.openMetricsMediaType)"
        return "unsupported Content-Type \"\(contentType)\", expected \(expected);"
            + " set fallback_scrape_protocol for the target to read it anyway"
    }
}
