import Synchronization

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
