import LapwingHTTP
import LapwingSeries
import Synchronization

/// A server that answers as it is told, and remembers what came.
final class ScriptedClient: HTTPClient, Sendable {
    typealias Answer = @Sendable (HTTPClientRequest, Int) async throws(HTTPClientError) -> HTTPClientResponse

    private let state = Mutex<[HTTPClientRequest]>([])
    private let answer: Answer

    /// - Parameter answer: to a request, with the number of requests before it.
    init(_ answer: @escaping Answer) { self.answer = answer }

    var requests: [HTTPClientRequest] { state.withLock { $0 } }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let before = state.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        return try await answer(request, before)
    }
}

extension HTTPClientResponse {
    static func json(_ text: String, status: Int = 200) -> HTTPClientResponse {
        HTTPClientResponse(status: HTTPStatus(code: status), headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }
}

extension HTTPClientRequest {
    var text: String { String(decoding: body, as: UTF8.self) }
}
