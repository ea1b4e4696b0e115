import Synchronization

/// Who is in each lane, and who waits.
///
/// Of those that wait for a place the one with the fewest bytes is next, and of these the oldest: who asks for little need not wait
/// for those who ask for much, and nobody is overtaken by all who come after. Of those that wait for a trial in turns the newest
/// and the oldest, so that a burst does not hold up who comes behind it.
final class ServerLanes: Sendable {
    private struct Waiting {
        private var exchanges: [ServerExchange] = []
        private(set) var bytes = 0

        var count: Int { exchanges.count }

        mutating func append(_ exchange: ServerExchange) {
            exchanges.append(exchange)
            bytes += exchange.request.body.count
        }

        /// - Complexity: O(`HTTPLane.maxWaiting`).
        mutating func takeNext() -> ServerExchange? {
            let smallest = exchanges.indices.min { exchanges[$0].request.body.count < exchanges[$1].request.body.count }
            return smallest.map { take($0) }
        }

        mutating func takeNewest() -> ServerExchange? { exchanges.isEmpty ? nil : take(exchanges.count - 1) }

        mutating func takeOldest() -> ServerExchange? { exchanges.isEmpty ? nil : take(0) }

        private mutating func take(_ index: Int) -> ServerExchange {
            bytes -= exchanges[index].request.body.count
            return exchanges.remove(at: index)
        }
    }

    private struct State {
        /// Connections whose requests have a place, a place for trials, and a large one.
        var taken: Set<UInt64> = []
        var tried: Set<UInt64> = []
        var large: Set<UInt64> = []
        /// Those that need a place, those that need a large one, and those that have not had a trial.
        var waiting = Waiting()
        var waitingLarge = Waiting()
        var untried = Waiting()
        var triesNewest = false

        func isOverfull(_ lane: HTTPLane) -> Bool {
            waiting.bytes + waitingLarge.bytes + untried.bytes > lane.waitingBytes
                || waiting.count + waitingLarge.count + untried.count > HTTPLane.maxWaiting
        }

        mutating func remove(_ token: UInt64) -> Bool {
            taken.remove(token) != nil || tried.remove(token) != nil || large.remove(token) != nil
        }

        /// Lets those in for whom there is room.
        mutating func admit(_ lane: HTTPLane) -> [ServerExchange] {
            var admitted: [ServerExchange] = []
            while large.count < lane.largePlaces ?? 0, var next = waitingLarge.takeNext() {
                large.insert(next.connection.token)
                next.room = .large
                admitted.append(next)
            }
            while taken.count < lane.places, var next = waiting.takeNext() ?? untried.takeNext() {
                taken.insert(next.connection.token)
                next.room = lane.largePlaces == nil ? .large : .place
                admitted.append(next)
            }
            guard let trial = lane.trial else { return admitted }
            while tried.count < trial.places, untried.count > 0 {
                triesNewest.toggle()
                guard var next = triesNewest ? untried.takeNewest() : untried.takeOldest() else { break }
                tried.insert(next.connection.token)
                next.room = .trial
                next.trial = max(trial.time / 4, trial.time / (1 + untried.count))
                admitted.append(next)
            }
            return admitted
        }
    }

    enum Entry {
        /// The request may be handled now.
        case now(ServerExchange)
        /// It waits here until another leaves.
        case later
        /// It is one too many.
        case full
    }

    private let lanes = Mutex<[HTTPLane: State]>([:])

    func enter(_ exchange: ServerExchange) -> Entry {
        guard let lane = exchange.lane else { return .now(exchange) }
        return lanes.withLock { lanes in
            var state = lanes[lane] ?? State()
            defer { lanes[lane] = state }
            state.untried.append(exchange)
            // Whoever else might come in has done so when the last left.
            if let admitted = state.admit(lane).first { return .now(admitted) }
            guard state.isOverfull(lane) else { return .later }
            _ = state.untried.takeNewest()
            return .full
        }
    }

    /// Gives up a place, once, however often it is said.
    ///
    /// - Parameter room: what the request needs that is not answered; nil for one that is, or will be.
    /// - Returns: the requests that have a place now, and are to be handled.
    func leave(_ exchange: ServerExchange, needing room: HTTPRoom? = nil) -> [ServerExchange] {
        guard let lane = exchange.lane else { return [] }
        return lanes.withLock { lanes in
            guard var state = lanes[lane] else { return [] }
            defer { lanes[lane] = state }
            guard state.remove(exchange.connection.token) else { return [] }
            if let room {
                var exchange = exchange
                exchange.trial = nil
                exchange.givesWay = true
                room == .large && lane.largePlaces != nil ? state.waitingLarge.append(exchange) : state.waiting.append(exchange)
            }
            return state.admit(lane)
        }
    }

    /// Whether others wait for the large place that a request has.
    func isLargePlaceWanted(_ exchange: ServerExchange) -> Bool {
        guard let lane = exchange.lane else { return false }
        return lanes.withLock { ($0[lane]?.waitingLarge.count ?? 0) > 0 }
    }
}
