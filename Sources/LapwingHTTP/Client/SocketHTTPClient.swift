/// The client: the module's own codec over blocking sockets on threads of its own, connections kept. TLS is the system's OpenSSL's.
///
/// A kept connection costs a request no more than its two system calls; time-outs hold for the whole exchange, and are
/// exact to the system's timer.
public final class SocketHTTPClient: HTTPClient {
    /// What one client takes of the process at most.
    public struct Limits: Sendable {
        /// Requests under way at the same time; more wait, and their time runs.
        var requests: Int
        /// Kept connections in all; to one host and port as many as there may be requests, or those that are asked much connect anew
        /// again and again.
        var idleConnections: Int
        /// Names that are looked up at the same time.
        var lookups: Int

        /// For asking a few servers.
        public static var few: Limits {
            let part = DescriptorLimit.share(24)
            return Limits(requests: min(256, part), idleConnections: min(256, part), lookups: min(32, resolutionShare(16)))
        }

        /// For asking as many as there may be targets. Each that does not answer has a thread, which sleeps, and must take none from those
        /// that do.
        public static var many: Limits {
            Limits(
                requests: min(2048, DescriptorLimit.share(4)), idleConnections: min(16_384, DescriptorLimit.share(8)),
                lookups: min(256, resolutionShare(4)))
        }

        /// What the resolver opens is of the reserve, since it asks nobody.
        private static func resolutionShare(_ part: Int) -> Int { max(1, DescriptorLimit.reserve(of: DescriptorLimit.current) / part) }
    }

    /// A connection that was unused for so long is closed.
    static let idleTimeout = Duration.seconds(90)
    /// There are many threads, and what they do is known: they read answers, and ask OpenSSL.
    private static let stackBytes = 1 << 20

    private let workers: WorkerPool
    private let idle: IdleConnections
    private let resolver: HostResolver

    public init(_ limits: Limits = .few) {
        workers = WorkerPool(maxThreads: limits.requests, stackBytes: Self.stackBytes)
        idle = IdleConnections(maxPerHost: limits.requests, maxCount: limits.idleConnections, timeout: Self.idleTimeout)
        resolver = HostResolver(maxLookups: limits.lookups)
    }

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
        let exchange = ClientExchange(request, url, idle, resolver, deadline: .now + request.timeout)
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
