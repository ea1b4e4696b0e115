import Synchronization

/// Requests of one kind, of which only so many are handled at once; those of other kinds do not wait for them.
public struct HTTPLane: Sendable, Hashable {
    public let name: String
    /// Handled at once; a request whose client is slow to take the answer no longer counts.
    public let places: Int
    /// Bytes of the bodies of those that wait; with more, and with more than 1,024 that wait, a request is answered with 503.
    public let waitingBytes: Int

    static let maxWaiting = 1024

    public init(_ name: String, places: Int, waitingBytes: Int = 256 << 20) {
        self.name = name
        self.places = max(1, places)
        self.waitingBytes = waitingBytes
    }
}

/// Who is in each lane, and who waits.
///
/// Of those that wait the newest is next: when there are more than can be handled, whoever has just asked still wants to know.
final class ServerLanes: Sendable {
    private struct State {
        var taken: Set<UInt64> = []
        var waiting: [ServerExchange] = []
        var waitingBytes = 0

        mutating func takeNewest() -> ServerExchange? {
            guard let next = waiting.popLast() else { return nil }
            waitingBytes -= next.request.body.count
            return next
        }
    }

    enum Entry {
        /// The request may be handled now.
        case now
        /// It waits here until `leave` returns it.
        case later
        /// It is one too many.
        case full
    }

    private let lanes = Mutex<[HTTPLane: State]>([:])

    func enter(_ exchange: ServerExchange) -> Entry {
        guard let lane = exchange.lane else { return .now }
        return lanes.withLock { lanes in
            var state = lanes[lane] ?? State()
            defer { lanes[lane] = state }
            if state.taken.count < lane.places {
                state.taken.insert(exchange.connection.token)
                return .now
            }
            let bytes = state.waitingBytes + exchange.request.body.count
            guard bytes <= lane.waitingBytes, state.waiting.count < HTTPLane.maxWaiting else { return .full }
            state.waiting.append(exchange)
            state.waitingBytes = bytes
            return .later
        }
    }

    /// Gives up a place, once, however often it is said.
    ///
    /// - Returns: the request that has the place now, and is to be handled.
    func leave(_ exchange: ServerExchange) -> ServerExchange? {
        guard let lane = exchange.lane else { return nil }
        return lanes.withLock { lanes in
            guard lanes[lane]?.taken.remove(exchange.connection.token) != nil, let next = lanes[lane]?.takeNewest() else { return nil }
            lanes[lane]?.taken.insert(next.connection.token)
            return next
        }
    }
}

/// Answers whose clients take nothing at the moment: each holds a thread and what it answers with.
///
/// When there are too many, the one that has stood still the longest is let go.
final class StalledAnswers: Sendable {
    /// How long a client may take nothing while others are to have its thread.
    static let patience = Duration.seconds(1)

    private struct State {
        var next = 0
        var since: [Int: ContinuousClock.Instant] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func begin(now: ContinuousClock.Instant = .now) -> Int {
        state.withLock { state in
            state.next += 1
            state.since[state.next] = now
            return state.next
        }
    }

    func end(_ number: Int) { state.withLock { _ = $0.since.removeValue(forKey: number) } }

    func mayStay(_ number: Int, now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            guard state.since.count > limit, let since = state.since[number], since + Self.patience <= now else { return true }
            // Numbers rise with time; as many of the oldest have to go as there are too many.
            return state.since.keys.count { $0 < number } >= state.since.count - limit
        }
    }
}
