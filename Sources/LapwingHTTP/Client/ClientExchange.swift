import Synchronization

/// One request on its way, on a thread that may wait.
final class ClientExchange: Sendable {
    typealias Reason = HTTPClientError.Reason
    typealias Instant = ContinuousClock.Instant

    private struct State {
        var descriptor: Int32?
        var isCancelled = false
    }

    let request: HTTPClientRequest
    let url: HTTPURL
    let deadline: Instant
    let idle: IdleConnections
    let resolver: HostResolver
    private let state = Mutex(State())

    init(_ request: HTTPClientRequest, _ url: HTTPURL, _ idle: IdleConnections, _ resolver: HostResolver, deadline: Instant) {
        self.request = request
        self.url = url
        self.idle = idle
        self.resolver = resolver
        self.deadline = deadline
    }

    /// Ends the exchange from another thread.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            if let descriptor = state.descriptor { Socket.abort(descriptor) }
        }
    }

    func run() -> Result<HTTPClientResponse, Reason> {
        let result: Result<HTTPClientResponse, Reason>
        do {
            result = .success(try attempt())
        } catch {
            result = .failure(error)
        }
        // What a cancelled exchange failed with is only how it noticed.
        if case .failure = result, state.withLock(\.isCancelled) { return .failure(.cancelled) }
        return result
    }

    /// What connections are kept by.
    private var place: IdleConnections.Place {
        IdleConnections.Place(address: SocketAddress(host: url.host, port: url.effectivePort), tls: url.isSecure ? request.tls : nil)
    }

    private func attempt() throws(Reason) -> HTTPClientResponse {
        if let connection = idle.take(place) {
            switch converse(connection) {
            case .success(let response): return response
            case .failure(let failure):
                // The server may have closed the idle connection just as it was used; nothing was answered then.
                guard failure.mayRepeat, !state.withLock(\.isCancelled) else { throw failure.reason }
            }
        }
        let connection = try secured(connect())
        switch converse(connection) {
        case .success(let response): return response
        case .failure(let failure): throw failure.reason
        }
    }

    /// Makes the socket known to `cancel`; false when that has been called already.
    func attach(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            guard !state.isCancelled else { return false }
            state.descriptor = descriptor
            return true
        }
    }

    private func detach() { state.withLock { $0.descriptor = nil } }

    func close(_ descriptor: Int32) {
        detach()
        Socket.close(descriptor)
    }

    // MARK: Talking

    private struct Failure: Error {
        let reason: Reason
        /// Whether the request can be sent once more over a fresh connection without being done twice.
        var mayRepeat = false
    }

    /// Sends the request and reads the answer; the connection is then kept or closed.
    private func converse(_ connection: ClientConnection) -> Result<HTTPClientResponse, Failure> {
        guard attach(connection.descriptor) else {
            connection.close()
            return .failure(Failure(reason: .cancelled))
        }
        do {
            let (response, allowsReuse) = try talk(connection)
            detach()
            if allowsReuse { idle.give(connection, place) } else { connection.close() }
            return .success(response)
        } catch {
            close(connection.descriptor)
            return .failure(error)
        }
    }

    private func talk(_ connection: ClientConnection) throws(Failure) -> (HTTPClientResponse, allowsReuse: Bool) {
        let sent = connection.send(head() + request.body, until: deadline)
        if sent == .timedOut { throw Failure(reason: .timedOut) }
        var decoder = ResponseDecoder(to: request.method, limits: .answer(maxBodyBytes: request.maxResponseBytes))
        var response = HTTPClientResponse(status: .ok)
        var block = [UInt8](repeating: 0, count: 16_384)
        while true {
            while let event = try nextEvent(&decoder) {
                switch event {
                case .head(let status, let headers): (response.status, response.headers) = (status, headers)
                case .body(let body):
                    response.body = body
                    return (try decoded(response), decoder.allowsReuse && sent == .whole)
                }
            }
            switch connection.receive(into: &block, awaiting: decoder.awaitedBytes, until: deadline) {
            case .bytes(let count):
                decoder.append(block[..<count])
                if count == block.count, block.count < Socket.awaitedMaximum { block = [UInt8](repeating: 0, count: block.count * 4) }
            case .timedOut: throw Failure(reason: .timedOut)
            case .end:
                guard let body = try? decoder.finish() else {
                    throw lost(decoder, "EOF", sent)
                }
                response.body = body
                return (try decoded(response), false)
            case .failed(let reason): throw lost(decoder, "read: \(reason)", sent)
            }
        }
    }

    private func lost(_ decoder: ResponseDecoder, _ text: String, _ sent: ClientConnection.Sent) -> Failure {
        guard decoder.isUntouched else { return Failure(reason: .connectionLost("unexpected \(text)")) }
        return Failure(
            reason: .connectionLost(text), mayRepeat: request.method.isIdempotent || sent == .nothing)
    }

    private func nextEvent(_ decoder: inout ResponseDecoder) throws(Failure) -> ResponseDecoder.Event? {
        do {
            return try decoder.next()
        } catch {
            let isTooLarge = error.status == .contentTooLarge
            let limit = request.maxResponseBytes
            throw Failure(reason: isTooLarge ? .responseTooLarge(limit: limit) : .malformedResponse(error.message))
        }
    }

    /// Of a request that names none.
    private static let userAgent = "Lapwing"

    private func head() -> [UInt8] {
        var headers = HTTPHeaders([.init(name: "Host", value: request.headers["Host"] ?? url.authority)])
        if request.headers["User-Agent"] == nil { headers.add("User-Agent", Self.userAgent) }
        if request.headers["Accept-Encoding"] == nil { headers.add("Accept-Encoding", "gzip") }
        for field in request.headers.fields where !HTTPHeaders.isSame(field.name, "Host") {
            headers.add(field.name, field.value)
        }
        return MessageEncoder.head(
            of: request.method, target: url.requestTarget, headers, bodyCount: request.body.count)
    }

    private func decoded(_ response: HTTPClientResponse) throws(Failure) -> HTTPClientResponse {
        guard response.headers.hasToken("gzip", in: "Content-Encoding"), !response.body.isEmpty else { return response }
        var response = response
        do {
            response.body = try Gzip.decompress(response.body, limit: request.maxResponseBytes)
        } catch {
            switch error {
            case .tooLarge: throw Failure(reason: .responseTooLarge(limit: request.maxResponseBytes))
            case .corrupt, .truncated: throw Failure(reason: .malformedResponse("\(error)"))
            }
        }
        response.headers.remove("Content-Encoding")
        response.headers.remove("Content-Length")
        return response
    }
}
