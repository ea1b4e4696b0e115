import Synchronization

/// The client: the module's own codec over blocking sockets on threads of its own, connections kept. TLS is the system's OpenSSL's.
///
/// A kept connection costs a request no more than its two system calls; time-outs hold for the whole exchange, and are
/// exact to the system's timer.
public final class SocketHTTPClient: HTTPClient {
    public struct Configuration: Sendable {
        /// Requests under way at the same time; more wait, and their time runs.
        public var maxThreads = 128
        /// Kept connections, for each host and port: as many as there may be requests at once, or those that are asked much connect anew
        /// again and again.
        public var maxIdleConnectionsPerHost = 128
        /// Kept connections in all.
        public var maxIdleConnections = 1024
        /// A connection that was unused for so long is not used again.
        public var idleTimeout: Duration = .seconds(90)
        /// For one connection to come about; the request's own time counts too.
        public var connectTimeout: Duration = .seconds(30)
        /// What an answer's head may hold; its body is limited by the request.
        public var limits = HTTPLimits()
        /// Sent when the request names none.
        public var userAgent = "Lapwing"

        public init() {}
    }

    private let configuration: Configuration
    private let workers: WorkerPool
    private let idle: IdleConnections

    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        workers = WorkerPool(maxThreads: configuration.maxThreads, idleLifetime: .seconds(60))
        idle = IdleConnections(
            maxPerHost: configuration.maxIdleConnectionsPerHost, maxCount: configuration.maxIdleConnections,
            timeout: configuration.idleTimeout)
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
        let exchange = ClientExchange(
            request, url, configuration, idle, deadline: .now + request.timeout)
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

/// Connections that wait for their next request.
final class IdleConnections: Sendable {
    struct Place: Hashable {
        var address: SocketAddress
        /// Nil where there is no TLS.
        var tls: TLSSettings?
    }

    private struct Entry {
        let connection: ClientConnection
        let expiry: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Place: [Entry]] = [:]
        var count = 0
    }

    private let state = Mutex(State())
    private let maxPerHost: Int
    private let maxCount: Int
    private let timeout: Duration

    init(maxPerHost: Int, maxCount: Int, timeout: Duration) {
        self.maxPerHost = maxPerHost
        self.maxCount = maxCount
        self.timeout = timeout
    }

    deinit {
        for entry in state.withLock({ $0.entries.values.flatMap { $0 } }) { entry.connection.close() }
    }

    /// A connection to `place` that still stands; whoever takes it closes it or gives it back.
    func take(_ place: Place) -> ClientConnection? {
        while let entry = pop(place) {
            // Whatever an idle connection has to read, its end above all, does not answer the next request.
            if entry.expiry > .now, !Socket.hasInput(entry.connection.descriptor) { return entry.connection }
            entry.connection.close()
        }
        return nil
    }

    private func pop(_ place: Place) -> Entry? {
        state.withLock { state in
            guard let entry = state.entries[place]?.popLast() else { return nil }
            state.count -= 1
            if state.entries[place]?.isEmpty ?? false { state.entries[place] = nil }
            return entry
        }
    }

    func give(_ connection: ClientConnection, _ place: Place) {
        let entry = Entry(connection: connection, expiry: .now + timeout)
        let isKept = state.withLock { state in
            guard state.count < maxCount, state.entries[place]?.count ?? 0 < maxPerHost else { return false }
            state.entries[place, default: []].append(entry)
            state.count += 1
            return true
        }
        if !isKept { connection.close() }
    }
}
