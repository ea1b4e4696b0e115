import Synchronization

/// What other threads tell a server's loop.
final class ServerMailbox: Sendable {
    struct Messages {
        /// Connections that have something to do for the loop, by token.
        var ready: [UInt64] = []
        /// When the grace of a shutdown ends, once one was asked for.
        var drainDeadline: ContinuousClock.Instant?
    }

    private let messages = Mutex(Messages())
    let events: EventQueue

    init(_ events: EventQueue) { self.events = events }

    func connectionIsReady(_ token: UInt64) {
        let isFirst = messages.withLock { messages in
            messages.ready.append(token)
            return messages.ready.count == 1
        }
        if isFirst { events.wake() }
    }

    func drain(until deadline: ContinuousClock.Instant) {
        messages.withLock { $0.drainDeadline = deadline }
        events.wake()
    }

    /// Everything that was told since the last call.
    func take() -> Messages {
        messages.withLock { messages in
            let taken = messages
            messages.ready.removeAll()
            return taken
        }
    }
}
