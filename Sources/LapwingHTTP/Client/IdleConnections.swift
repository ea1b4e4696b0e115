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
        /// Each place's in the order in which they came.
        private var entries: [Place: [Entry]] = [:]
        private(set) var count = 0
        private var nextSweep = ContinuousClock.now

        func count(of place: Place) -> Int { entries[place]?.count ?? 0 }

        mutating func append(_ entry: Entry, _ place: Place) {
            entries[place, default: []].append(entry)
            count += 1
        }

        mutating func takeNewest(of place: Place) -> Entry? {
            guard let entry = entries[place]?.popLast() else { return nil }
            count -= 1
            if entries[place]?.isEmpty ?? false { entries[place] = nil }
            return entry
        }

        /// Those whose time is over, but not sooner than `interval` after the last look: it is for all places.
        mutating func takeExpired(_ now: ContinuousClock.Instant, every interval: Duration) -> [Entry] {
            guard now >= nextSweep else { return [] }
            nextSweep = now + interval
            return take(expiringBy: now)
        }

        /// A sixteenth, one at least, so that it need not be looked for each time.
        mutating func takeOldest() -> [Entry] {
            let expiries = all.map(\.expiry).sorted()
            return expiries.isEmpty ? [] : take(expiringBy: expiries[(expiries.count - 1) / 16])
        }

        private mutating func take(expiringBy time: ContinuousClock.Instant) -> [Entry] {
            var taken: [Entry] = []
            for (place, kept) in entries {
                let old = kept.prefix { $0.expiry <= time }
                if old.isEmpty { continue }
                taken += old
                entries[place] = old.count == kept.count ? nil : Array(kept.dropFirst(old.count))
            }
            count -= taken.count
            return taken
        }

        var all: [Entry] { entries.values.flatMap { $0 } }
    }

    private let state = Mutex(State())
    private let maxPerHost: Int
    private let maxCount: Int
    private let timeout: Duration
    /// Between two looks for connections that nobody has used.
    private var sweepInterval: Duration { min(timeout, .seconds(1)) }

    init(maxPerHost: Int, maxCount: Int, timeout: Duration) {
        self.maxPerHost = maxPerHost
        self.maxCount = maxCount
        self.timeout = timeout
    }

    deinit { close(state.withLock { $0.all }) }

    var count: Int { state.withLock(\.count) }

    /// A connection to `place` that still stands; whoever takes it closes it or gives it back.
    func take(_ place: Place) -> ClientConnection? {
        sweep()
        while let entry = state.withLock({ $0.takeNewest(of: place) }) {
            // Whatever an idle connection has to read, its end above all, does not answer the next request.
            if entry.expiry > .now, !Socket.hasInput(entry.connection.descriptor) { return entry.connection }
            entry.connection.close()
        }
        return nil
    }

    /// Keeps a connection, where there are too many in the place of the oldest.
    func give(_ connection: ClientConnection, _ place: Place) {
        sweep()
        let entry = Entry(connection: connection, expiry: .now + timeout)
        let (isKept, oldest) = state.withLock { state -> (Bool, [Entry]) in
            guard state.count(of: place) < maxPerHost else { return (false, []) }
            let oldest = state.count < maxCount ? [] : state.takeOldest()
            state.append(entry, place)
            return (true, oldest)
        }
        close(oldest)
        if !isKept { connection.close() }
    }

    /// Closes the oldest, for whoever needs what they hold.
    func closeOldest() { close(state.withLock { $0.takeOldest() }) }

    /// Whoever has gone is never asked again: his connection is found here, or not at all.
    private func sweep() { close(state.withLock { $0.takeExpired(.now, every: sweepInterval) }) }

    private func close(_ entries: [Entry]) { for entry in entries { entry.connection.close() } }
}
