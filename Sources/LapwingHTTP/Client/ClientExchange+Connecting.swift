/// From a URL to a connection over which can be talked.
extension ClientExchange {
    /// For one connection to come about; the request's own time counts too.
    private static let connectTimeout = Duration.seconds(30)

    /// The descriptor of a socket that is connected to the first address that can be reached.
    func connect() throws(Reason) -> Int32 {
        let endpoints = try resolve()
        var failure = Reason.unresolved(url.host)
        for (index, endpoint) in endpoints.enumerated() {
            guard let descriptor = open(endpoint) else {
                failure = .connectionFailed(address: "\(endpoint.address)", "no socket can be opened")
                continue
            }
            // Each address gets its share of the time, so that a silent one leaves some for the next.
            let share = (deadline - .now) / (endpoints.count - index)
            let limit = Instant.now + min(share, Self.connectTimeout)
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

    /// A new socket; where the process has none left, in the place of connections that are only kept.
    private func open(_ endpoint: Socket.Endpoint) -> Int32? {
        if let descriptor = Socket.open(family: endpoint.family) { return descriptor }
        idle.closeOldest()
        return Socket.open(family: endpoint.family)
    }

    private func resolve() throws(Reason) -> [Socket.Endpoint] {
        let (host, port) = (url.host, url.effectivePort)
        if host.utf8.contains(UInt8(ascii: ":")) || host.utf8.allSatisfy({ $0 == 0x2E || HTTPCharacters.isDigit($0) }) {
            guard let endpoints = try? Socket.resolve(host, port: port, forListening: false) else {
                throw .unresolved(host)
            }
            return endpoints
        }
        switch resolver.resolve(host, until: deadline) {
        case .success(let endpoints): return endpoints.map { $0.at(port: port) }
        case .failure: throw .unresolved(host)
        case nil: throw .timedOut
        }
    }

    /// The connection over a socket, with TLS where the URL asks for it.
    func secured(_ descriptor: Int32) throws(Reason) -> ClientConnection {
        guard url.isSecure else { return ClientConnection(descriptor) }
        do throws(Reason) {
            let session: TLSSession
            do throws(TLSSession.Failure) {
                session = try TLSSession(request.tls ?? TLSSettings(), name: url.host)
            } catch {
                throw Reason.tls("tls: \(error.reason)")
            }
            let connection = ClientConnection(descriptor, session)
            try connection.secure(until: min(deadline, .now + Self.connectTimeout))
            return connection
        } catch {
            close(descriptor)
            throw error
        }
    }
}
