/// Why a query has no answer; the texts are the API's.
public enum QueryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text is no PromQL.
    case syntax(PromQLSyntaxError)
    /// The query has no meaning as it is asked: a duration that is not positive, a range of range vectors.
    case unaskable(String)
    /// The query cannot be computed over this data.
    case execution(String)
    case timeout
    case cancelled
    case tooManySamples(limit: Int)
    /// Stored data cannot be read.
    case storage(String)

    public var description: String {
        switch self {
        case .syntax(let error): error.description
        case .unaskable(let message), .execution(let message): message
        case .timeout: "query timed out in expression evaluation"
        case .cancelled: "query was canceled in expression evaluation"
        case .tooManySamples:
            "query processing would load too many samples into memory in query execution"
        case .storage(let message): "expanding series: \(message)"
        }
    }
}
