import Dispatch
import Synchronization

/// One request on its way, on a thread that may wait.
final class ClientExchange: Sendable {
    typealias Reason = HTTPClientError.Reason
    typealias Instant = ContinuousClock.Instant

    private struct State {
        var descriptor: Int32?
        var isCancelled = false
    }

    private let request: HTTPClientRequest
    private let url: HTTPURL
    private let configuration: SocketHTTPClient.Configuration
    private let idle: IdleConnections
    private let deadline: Instant
    private let state = Mutex(State())

    init(
        _ request: HTTPClientRequest, _ url: HTTPURL, _ configuration: SocketHTTPClient.Configuration,
        _ idle: IdleConnections, deadline: Instant
    ) {
        self.request = request
        self.url = url
        self.configuration = configuration
        self.idle = idle
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

    // MARK: Connecting

    private func connect() throws(Reason) -> Int32 {
        let endpoints = try resolve()
        var failure = Reason.unresolved(url.host)
        for (index, endpoint) in endpoints.enumerated() {
            guard let descriptor = Socket.open(family: endpoint.family) else {
                failure = .connectionFailed(address: "\(endpoint.address)", "no socket can be opened")
                continue
            }
            // Each address gets its share of the time, so that a silent one leaves some for the next.
            let share = (deadline - .now) / (endpoints.count - index)
            let limit = Instant.now + min(share, configuration.connectTimeout)
            guard attach(descriptor) else {
                Socket.close(descriptor)
                throw .cancelled
            }
            var code = Socket.startConnecting(descriptor, to: endpoint)
            let isReady = code != 0 || Socket.wait(descriptor, for: .writable, until: limit)
            if code == 0, isReady { code = Socket.pendingError(descriptor) }
            if code == 0, isReady { return descriptor }
            close(descriptor)
            failure =
                isReady
                ? .connectionFailed(address: "\(endpoint.address)", Socket.reason(code))
                : deadline <= .now ? .timedOut : .connectionFailed(address: "\(endpoint.address)", "i/o timeout")
        }
        throw failure
    }

    private final class Resolution: Sendable {
        let endpoints = Mutex<Result<[Socket.Endpoint], SocketError>?>(nil)
        let done = DispatchSemaphore(value: 0)
    }

    /// The resolver knows no deadline: a name is resolved on a thread that is left behind when it takes too long.
    private func resolve() throws(Reason) -> [Socket.Endpoint] {
        let (host, port) = (url.host, url.effectivePort)
        if host.utf8.contains(UInt8(ascii: ":")) || host.utf8.allSatisfy({ $0 == 0x2E || HTTPCharacters.isDigit($0) }) {
            guard let endpoints = try? Socket.resolve(host, port: port, forListening: false) else {
                throw .unresolved(host)
            }
            return endpoints
        }
        let resolution = Resolution()
        WorkerThread.start {
            let result = Result { () throws(SocketError) in
                try Socket.resolve(host, port: port, forListening: false)
            }
            resolution.endpoints.withLock { $0 = result }
            resolution.done.signal()
        }
        let left = Socket.milliseconds(max(.zero, deadline - .now))
        guard resolution.done.wait(timeout: .now() + .milliseconds(Int(left))) == .success else { throw .timedOut }
        switch resolution.endpoints.withLock({ $0 }) {
        case .success(let endpoints): return endpoints
        case .failure, nil: throw .unresolved(host)
        }
    }

    /// The connection over a socket, with TLS where the URL asks for it.
    private func secured(_ descriptor: Int32) throws(Reason) -> ClientConnection {
        guard url.isSecure else { return ClientConnection(descriptor) }
        do throws(Reason) {
            let session: TLSSession
            do throws(TLSSession.Failure) {
                session = try TLSSession(request.tls ?? TLSSettings(), name: url.host)
            } catch {
                throw Reason.tls("tls: \(error.reason)")
            }
            let connection = ClientConnection(descriptor, session)
            try connection.secure(until: min(deadline, .now + configuration.connectTimeout))
            return connection
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Makes the socket known to `cancel`; false when that has been called already.
    private func attach(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            guard !state.isCancelled else { return false }
            state.descriptor = descriptor
            return true
        }
    }

    private func detach() { state.withLock { $0.descriptor = nil } }

    private func close(_ descriptor: Int32) {
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
        var limits = configuration.limits
        limits.maxBodyBytes = request.maxResponseBytes
        var decoder = ResponseDecoder(to: request.method, limits: limits)
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

    private func head() -> [UInt8] {
        var headers = HTTPHeaders([.init(name: "Host", value: request.headers["Host"] ?? url.authority)])
        if request.headers["User-Agent"] == nil { headers.add("User-Agent", configuration.userAgent) }
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
