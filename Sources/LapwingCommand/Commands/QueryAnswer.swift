import LapwingHTTP
import LapwingPromQL
import LapwingRemote
import LapwingSeries

/// What came of it.
struct QueryAnswer: Sendable {
    enum Content: Sendable {
        case value(QueryValue, at: Timestamp)
        case series([Labels])
        case names([String])

        /// Whether nothing was found.
        var isEmpty: Bool {
            switch self {
            case .value(.vector(let samples), _): samples.isEmpty
            case .value(.matrix(let series), _): series.isEmpty
            case .value(.scalar, _), .value(.string, _): false
            case .series(let series): series.isEmpty
            case .names(let names): names.isEmpty
            }
        }
    }

    var content: Content
    /// The API's `data`, byte for byte.
    var json: [UInt8]
    var remarks: [String] = []
}

/// Why a question has no answer, as a person reads it.
struct QueryFailure: Error {
    var text: String
    /// Whether no server was found where one was asked.
    var isUnreachable = false

    init(_ text: String) { self.text = text }

    init(_ error: RemoteError) {
        text = "lapwing: \(error.refusal.map { "the server lets in only whom it knows (\($0)); --http-config FILE says as whom it is asked" } ?? "\(error)")"
        if case .unanswered(let fault) = error, case .connectionFailed = fault.reason { isUnreachable = true }
    }

    /// A fault of the query's text is shown under it.
    init(_ error: QueryError, query: String) {
        if case .syntax(let fault) = error { text = fault.rendered(in: query) } else { text = "lapwing: \(error)" }
    }
}

extension RemoteError {
    /// The status with which a server turns away who has no business there; nil where it has not.
    fileprivate var refusal: HTTPStatus? {
        let status: HTTPStatus
        switch self {
        case .foreign(let answered, _): status = answered
        case .refused(let code, _, _): status = HTTPStatus(code: code)
        case .unanswered, .malformed, .partial, .unprepared: return nil
        }
        return [401, 403].contains(status.code) ? status : nil
    }
}
