import Dispatch
import Synchronization

/// What connections have to do in time.
extension ServerLoop {
    /// A deadline that is set between two sweeps is at least so far off, so the next sweep is in time for it.
    var shortestTimeout: Duration {
        let shortest = min(
            configuration.headerTimeout, configuration.bodyTimeout, configuration.idleTimeout,
            configuration.writeTimeout, configuration.lingerTimeout)
        return max(.milliseconds(1), shortest)
    }

    /// Acts on the deadlines that have passed.
    func sweep(_ now: Instant, _ block: inout [UInt8], _ exchange: inout ServerExchange?) {
        let (connections, isPastGrace) = shared.withLock { shared in
            shared.setSweep(now + shortestTimeout, events)
            if !shared.isAccepting, shared.drainDeadline == nil {
                events.addListener(listener, token: Self.listenerToken)
                shared.isAccepting = true
            }
            return (Array(shared.connections.values), shared.drainDeadline.map { $0 <= now } ?? false)
        }
        var earliest = now + shortestTimeout
        for connection in connections {
            let outcome = connection.step { state in
                isPastGrace
                    ? state.abandon(connection.descriptor)
                    : state.expire(connection.descriptor, now: now, configuration, block: &block)
            }
            act(outcome, on: connection, &exchange)
            if let deadline = connection.withState({ $0.deadline }) { earliest = min(earliest, deadline) }
        }
        // A handler that does not look at its cancellation may take any time: nobody waits for it.
        let isFirst = shared.withLock { shared in
            if shared.connections.isEmpty, shared.isAccepting { shared.setSweep(nil, events) } else { shared.sweep(by: earliest, events) }
            if let drainDeadline = shared.drainDeadline, !isPastGrace { shared.sweep(by: drainDeadline, events) }
            return isPastGrace && shared.takeEndReport()
        }
        if isFirst { finished.signal() }
    }
}
