import Synchronization

/// New connections.
extension ServerLoop {
    func acceptConnections(_ now: Instant) {
        // The listener is reported again while there are more, so that busy connections get their turn.
        for _ in 0..<64 {
            let mayGoOn = shared.withLock { shared in
                // The descriptor is closed under this lock, and may be another's after that.
                guard shared.drainDeadline == nil, shared.isAccepting else { return false }
                switch Socket.accept(listener) {
                case .nothingYet:
                    return false
                case .exhausted:
                    // Asking again at once would only burn the processor: let the next sweep try.
                    events.removeListener(listener)
                    shared.isAccepting = false
                    shared.sweep(by: now + .milliseconds(100), events)
                    return false
                case .connection(let descriptor, let address):
                    welcome(descriptor, address, &shared, now)
                    return true
                }
            }
            if !mayGoOn { return }
        }
    }

    private func welcome(_ descriptor: Int32, _ address: SocketAddress, _ shared: inout Shared, _ now: Instant) {
        let limit = configuration.maxConnections
        guard shared.connections.count < limit else {
            return turnAway(descriptor, "there are \(limit) connections already, which is the limit; try again later")
        }
        guard !DescriptorLimit.isReserved(descriptor) else {
            return turnAway(descriptor, "the process has as many files and connections open as it may; try again later")
        }
        let connection = ServerConnection(
            token: shared.nextToken, descriptor: descriptor, remoteAddress: address,
            ConnectionState(configuration, now: now))
        shared.nextToken += 1
        shared.connections[connection.token] = connection
        shared.sweep(by: now + shortestTimeout, events)
        events.addConnection(descriptor, token: connection.token)
    }

    private func turnAway(_ descriptor: Int32, _ reason: String) {
        let response = configuration.faultResponse(HTTPFault(.serviceUnavailable, reason))
        let plan = ResponsePlan(response, to: nil, endsConnection: true, configuration)
        if case .bytes(let body) = response.body {
            _ = Socket.send(descriptor, plan.head(length: body.count) + body, from: 0)
        }
        Socket.close(descriptor)
    }
}
