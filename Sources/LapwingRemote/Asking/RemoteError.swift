public import LapwingHTTP

/// Why another server gave no answer.
public enum RemoteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No answer came.
    case unanswered(HTTPClientError)
    /// The API's own error: its `errorType` and `error`.
    case refused(status: Int, type: String, message: String)
    /// An answer that is not the API's.
    case foreign(status: HTTPStatus, beginning: String)
    /// An answer that is the API's and cannot be understood.
    case malformed(String)
    /// The server could not reach all of its data, and has told so in an answer that it gave nevertheless.
    case partial
    /// What the question needs and cannot be read, such as a file with a token.
    case unprepared(String)

    /// Whether the same question may be answered a little later.
    public var isTransient: Bool {
        switch self {
        case .unanswered(let error): error.isTransient
        case .refused(let status, _, _): Self.isTransient(status)
        case .foreign(let status, _): Self.isTransient(status.code)
        case .partial: true
        case .malformed, .unprepared: false
        }
    }

    /// Prometheus gives 503 to queries that took too long, and Mimir 429 and 5xx to what it cannot take now.
    private static func isTransient(_ status: Int) -> Bool { status == 408 || status == 429 || (status >= 500 && status != 501) }

    public var description: String {
        switch self {
        case .unanswered(let error): error.description
        case .refused(_, _, let message): message
        case .foreign(let status, let beginning):
            "the server's answer (status \(status)) is not that of a Prometheus API" + (beginning.isEmpty ? "" : ": \(beginning)")
        case .malformed(let message): "the server's answer is not understood: \(message)"
        case .partial: "the server could not reach all of its data"
        case .unprepared(let message): message
        }
    }
}
