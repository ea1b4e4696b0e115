import LapwingHTTP
import Synchronization

/// A network that is a table of answers by URL.
final class SimulatedNetwork: HTTPClient {
    enum Answer: Sendable {
        case page(String)
        case status(Int)
        case error(HTTPClientError.Reason)
        /// Never answers, not even when it is cancelled.
        case nothing
    }

    /// Whoever waits for one of these requests waits for time to pass; nil where no request hangs.
    private let clock: SimulatedClock?

    init(_ clock: SimulatedClock? = nil) { self.clock = clock }

    private struct State {
        var answers: [String: Answer] = [:]
        var requests: [HTTPClientRequest] = []
        var hanging: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    subscript(url: String) -> Answer? {
        get { state.withLock { $0.answers[url] } }
        set { state.withLock { $0.answers[url] = newValue } }
    }

    var requests: [HTTPClientRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers[request.url]
        }
        switch answer {
        case .page(let text):
            return HTTPClientResponse(
                status: .ok, headers: ["content-type": "text/plain; version=0.0.4"], body: Array(text.utf8))
        case .status(let code): return HTTPClientResponse(status: HTTPStatus(code: code))
        case .error(let reason): throw HTTPClientError(reason, method: .get, url: request.url)
        case .nothing:
            let wait = clock?.beginWaiting()
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in state.withLock { $0.hanging.append(continuation) } }
            } onCancel: {
                if let wait { clock?.endWaiting(wait) }
            }
            throw HTTPClientError(.cancelled, method: .get, url: request.url)
        case nil:
            throw HTTPClientError(
                .connectionFailed(address: "a:1", "connection refused"), method: .get, url: request.url)
        }
    }

    /// Lets the requests that hang come to an end, so that no test leaves one behind.
    func release() {
        for continuation in state.withLock({ $0.hanging }) { continuation.resume() }
        state.withLock { $0.hanging = [] }
    }
}
