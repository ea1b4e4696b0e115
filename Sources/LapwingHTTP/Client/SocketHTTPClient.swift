/// The client: the module's own codec over blocking sockets on threads of its own, connections kept. TLS is the system's OpenSSL's.
///
/// A kept connection costs a request no more than its two system calls; time-outs hold for the whole exchange, and are
/// exact to the system's timer.
public final class SocketHTTPClient: HTTPClient {
    /// Requests under way at the same time; more wait, and their time runs.
    static let maxThreads = 128
    /// Kept connections, for each host and port: as many as there may be requests at once, or those that are asked much connect anew
    /// again and again.
    static let maxIdleConnectionsPerHost = 128
    /// Kept connections in all, but no more than an eighth of what sockets may have.
    static let maxIdleConnections = 16_384
    /// A connection that was unused for so long is closed.
    static let idleTimeout = Duration.seconds(90)

    private let workers = WorkerPool(maxThreads: min(maxThreads, DescriptorLimit.share(4)))
    private let idle = IdleConnections(
        maxPerHost: maxIdleConnectionsPerHost, maxCount: min(maxIdleConnections, DescriptorLimit.share(8)), timeout: idleTimeout)

    public init() {}

    deinit { workers.close() }

    public func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        try await HTTPRedirects.follow(request) { request, url throws(HTTPClientError.Reason) in
            try await self.exchange(request, url)
        }
    }

    /// One request and its answer, without redirects.
    func exchange(
        _ request: HTTPClientRequest, _ url: HTTPURL
    ) async throws(HTTPClientError.Reason) -> HTTPClientResponse {
        let exchange = ClientExchange(request, url, idle, deadline: .now + request.timeout)
        let result: Result<HTTPClientResponse, HTTPClientError.Reason> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                workers.run { continuation.resume(returning: exchange.run()) }
            }
        } onCancel: {
            exchange.cancel()
        }
        return try result.get()
    }
}
