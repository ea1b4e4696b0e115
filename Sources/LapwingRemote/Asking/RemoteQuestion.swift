import LapwingHTTP
public import LapwingSeries
import LapwingText

/// What can be asked of a server with Prometheus' HTTP API.
///
/// Raw samples are an instant query too: that of `selector[1h]` answers with a matrix of them, times as they were stored.
public enum RemoteQuestion: Sendable, Hashable {
    case instant(String, at: Timestamp)
    /// Both ends included. Servers answer at most 11,000 points a series.
    case range(String, from: Timestamp, through: Timestamp, step: Duration)
    /// The series that any of the selectors finds; nil: over all time.
    case series([String], over: TimeRange?)
    /// Of the series that any of the selectors finds; of all where there is none.
    case labelNames(matching: [String], over: TimeRange?)
    case labelValues(String, matching: [String], over: TimeRange?)
    /// The same, and what it costs the server.
    indirect case costed(RemoteQuestion)
    /// The same, and an error where the server cannot reach all of its data: rules would take what is missing for what is over.
    indirect case whole(RemoteQuestion)

    /// Behind `/api/v1/`.
    var path: String {
        switch self {
        case .instant: "query"
        case .range: "query_range"
        case .series: "series"
        case .labelNames: "labels"
        case .labelValues(let name, _, _): "label/\(PercentCoding.encode(name))/values"
        case .costed(let question), .whole(let question): question.path
        }
    }

    /// Values of labels can only be asked for by GET; everything else may be longer than a URL.
    var method: HTTPMethod {
        switch self {
        case .labelValues: .get
        case .costed(let question), .whole(let question): question.method
        case .instant, .range, .series, .labelNames: .post
        }
    }

    var parameters: HTTPParameters {
        switch self {
        case .instant(let query, let time): return ["query": query, "time": Self.seconds(time)]
        case .range(let query, let start, let end, let step):
            return [
                "query": query, "start": Self.seconds(start), "end": Self.seconds(end), "step": GoNumber.text(step / .seconds(1), .fixed),
            ]
        case .series(let selectors, let range), .labelNames(let selectors, let range), .labelValues(_, let selectors, let range):
            var parameters = HTTPParameters(selectors.map { .init(name: "match[]", value: $0) })
            if let range {
                parameters.add("start", Self.seconds(range.start))
                parameters.add("end", Self.seconds(range.end))
            }
            return parameters
        case .costed(let question):
            var parameters = question.parameters
            parameters.add("stats", "true")
            return parameters
        case .whole(let question):
            var parameters = question.parameters
            // Thanos' word and that of VictoriaMetrics' cluster, which both leave out what they cannot reach; others pass them over.
            parameters.add("partial_response", "false")
            parameters.add("deny_partial_response", "1")
            return parameters
        }
    }

    private static func seconds(_ time: Timestamp) -> String { GoNumber.text(time.seconds, .fixed) }
}
