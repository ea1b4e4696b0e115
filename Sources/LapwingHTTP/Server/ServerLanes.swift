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
        /// Connections whose requests have a place, and a place for trials.
        var taken: Set<UInt64> = []
        var tried: Set<UInt64> = []
        /// Those that need a place, and those that have not had a trial.
        var waiting = Waiting()
        var untried = Waiting()
        var triesNewest = false

        func isOverfull(_ lane: HTTPLane) -> Bool {
            waiting.bytes + untried.bytes > lane.waitingBytes || waiting.count + untried.count > HTTPLane.maxWaiting
        }

        /// Lets those in for whom there is room.
        mutating func admit(_ lane: HTTPLane) -> [ServerExchange] {
            var admitted: [ServerExchange] = []
            while taken.count < lane.places, let next = waiting.takeNext() ?? untried.takeNext() {
                taken.insert(next.connection.token)
                admitted.append(next)
            }
            guard let trial = lane.trial else { return admitted }
            while tried.count < trial.places, untried.count > 0 {
                triesNewest.toggle()
                guard var next = triesNewest ? untried.takeNewest() : untried.takeOldest() else { break }
                tried.insert(next.connection.token)
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
    /// - Parameter isDone: whether the request is answered, or will be; else its trial was too short, and it needs a place.
    /// - Returns: the requests that have a place now, and are to be handled.
    func leave(_ exchange: ServerExchange, isDone: Bool = true) -> [ServerExchange] {
        guard let lane = exchange.lane else { return [] }
        return lanes.withLock { lanes in
            guard var state = lanes[lane] else { return [] }
            defer { lanes[lane] = state }
            let token = exchange.connection.token
            guard state.taken.remove(token) != nil || state.tried.remove(token) != nil else { return [] }
            if !isDone {
                var exchange = exchange
                exchange.trial = nil
                exchange.givesWay = true
                state.waiting.append(exchange)
            }
            return state.admit(lane)
        }
    }
}
