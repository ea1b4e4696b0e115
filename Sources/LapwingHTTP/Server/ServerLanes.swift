import Synchronization

/// Who is in each lane, and who waits.
///
/// Of those that wait for a place the one with the fewest bytes is next, and of these the oldest: who asks for little need not wait
/// for those who ask for much, and nobody is overtaken by all who come after. Of those that wait for a trial, and were tried
/// the least, in turns the newest and the oldest, so that a burst does not hold up who comes behind it; and who was not tried yet does not
/// wait for those who are tried again.
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
        mutating func takeNext(_ shares: GateShares) -> ServerExchange? {
            func order(_ exchange: ServerExchange) -> (Int, Int, Int) {
                let (first, second) = exchange.caller.map(shares.rank) ?? (0, 0)
                return (first, second, exchange.request.body.count)
            }
            return exchanges.indices.min { order(exchanges[$0]) < order(exchanges[$1]) }.map { take($0) }
        }

        mutating func takeSurplus(_ shares: GateShares) -> ServerExchange? {
            shares.surplus(of: exchanges.compactMap(\.caller)).map { take($0) }
        }

        /// Of those that were tried the least.
        /// - Complexity: O(`HTTPLane.maxWaiting`).
        mutating func takeLeastTried(newest: Bool) -> ServerExchange? {
            guard let least = exchanges.lazy.map(\.trials).min() else { return nil }
            return (newest ? exchanges.lastIndex { $0.trials == least } : exchanges.firstIndex { $0.trials == least }).map { take($0) }
        }

        private mutating func take(_ index: Int) -> ServerExchange {
            bytes -= exchanges[index].request.body.count
            return exchanges.remove(at: index)
        }
    }

    /// What a request has or waits for, in the order in which it is given.
    private enum Seat: Int, CaseIterable {
        case large, place, firstTrial, laterTrial
    }

    private struct State {
        /// Connections whose requests have a seat, by its kind.
        private var seated = [Set<UInt64>](repeating: [], count: Seat.allCases.count)
        private var waiting = [Waiting](repeating: Waiting(), count: Seat.allCases.count)
        private var triesNewest = false
        private var shares = GateShares()

        func isOverfull(_ lane: HTTPLane) -> Bool {
            waiting.reduce(0) { $0 + $1.bytes } > lane.waitingBytes || waiting.reduce(0) { $0 + $1.count } > lane.maxWaiting
        }

        mutating func arrive(_ exchange: ServerExchange) { waiting[Seat.firstTrial.rawValue].append(exchange) }

        /// At a gate whoever has the most that wait, else the newest.
        mutating func turnAway(_ lane: HTTPLane) -> ServerExchange? {
            let arrivals = Seat.firstTrial.rawValue
            return lane.isGate ? waiting[arrivals].takeSurplus(shares) : waiting[arrivals].takeLeastTried(newest: true)
        }

        /// Lets one wait that has begun already.
        mutating func wait(_ exchange: ServerExchange, for room: HTTPRoom, in lane: HTTPLane) {
            var exchange = exchange
            if room == .trial, exchange.trials < HTTPLane.Trial.shares.count { return waiting[Seat.laterTrial.rawValue].append(exchange) }
            exchange.givesWay = true
            waiting[(room == .large && lane.largePlaces != nil ? Seat.large : .place).rawValue].append(exchange)
        }

        mutating func leave(_ token: UInt64) -> Bool {
            for seat in seated.indices where seated[seat].remove(token) != nil { return true }
            return false
        }

        /// Lets those in for whom there is room.
        mutating func admit(_ lane: HTTPLane) -> [ServerExchange] {
            var admitted: [ServerExchange] = []
            for seat in Seat.allCases {
                while seated[seat.rawValue].count < Self.count(of: seat, in: lane), let next = next(for: seat) {
                    seated[seat.rawValue].insert(next.connection.token)
                    if let caller = next.caller { shares.pass(caller) }
                    admitted.append(Self.seating(next, on: seat, in: lane))
                }
            }
            if lane.isGate, seated.allSatisfy(\.isEmpty), waiting.allSatisfy({ $0.count == 0 }) { shares.forget() }
            return admitted
        }

        private static func count(of seat: Seat, in lane: HTTPLane) -> Int {
            switch seat {
            case .large: lane.largePlaces ?? 0
            case .place: lane.places
            case .firstTrial, .laterTrial: lane.trial?.places ?? 0
            }
        }

        private mutating func next(for seat: Seat) -> ServerExchange? {
            switch seat {
            case .large: return waiting[seat.rawValue].takeNext(shares)
            case .place:
                for kind in [Seat.place, .laterTrial, .firstTrial] { if let next = waiting[kind.rawValue].takeNext(shares) { return next } }
                return nil
            case .firstTrial, .laterTrial:
                triesNewest.toggle()
                return waiting[seat.rawValue].takeLeastTried(newest: triesNewest)
            }
        }

        private static func seating(_ exchange: ServerExchange, on seat: Seat, in lane: HTTPLane) -> ServerExchange {
            var exchange = exchange
            exchange.trial = nil
            switch seat {
            case .large: exchange.room = .large
            case .place: exchange.room = lane.largePlaces == nil ? .large : .place
            case .firstTrial, .laterTrial:
                exchange.room = .trial
                exchange.trial = lane.trial.map { $0.time / HTTPLane.Trial.shares[exchange.trials] }
                exchange.trials += 1
            }
            return exchange
        }

        var isLargePlaceWanted: Bool { waiting[Seat.large.rawValue].count > 0 }

        func hasLargePlace(_ token: UInt64) -> Bool { seated[Seat.large.rawValue].contains(token) }

        /// Moves one from its place to a large one.
        mutating func takeLargePlace(_ token: UInt64, in lane: HTTPLane) -> Bool {
            if hasLargePlace(token) { return true }
            guard seated[Seat.large.rawValue].count < Self.count(of: .large, in: lane), seated[Seat.place.rawValue].remove(token) != nil
            else { return false }
            seated[Seat.large.rawValue].insert(token)
            return true
        }
    }

    enum Entry {
        /// The request may be handled now.
        case now(ServerExchange)
        /// It waits here until another leaves.
        case later
        /// There is one too many, which waits no longer: this one, or another that gives its place up for it.
        case full(ServerExchange)
    }

    private let lanes = Mutex<[HTTPLane: State]>([:])

    func enter(_ exchange: ServerExchange) -> Entry {
        guard let lane = exchange.lane else { return .now(exchange) }
        return lanes.withLock { lanes in
            var state = lanes[lane] ?? State()
            defer { lanes[lane] = state }
            state.arrive(exchange)
            // Whoever else might come in has done so when the last left.
            if let admitted = state.admit(lane).first { return .now(admitted) }
            guard state.isOverfull(lane), let surplus = state.turnAway(lane) else { return .later }
            return .full(surplus)
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
            guard state.leave(exchange.connection.token) else { return [] }
            if let room { state.wait(exchange, for: room, in: lane) }
            return state.admit(lane)
        }
    }

    func hasLargePlace(_ exchange: ServerExchange) -> Bool {
        guard let lane = exchange.lane else { return false }
        return lanes.withLock { $0[lane]?.hasLargePlace(exchange.connection.token) ?? false }
    }

    /// Gives a request in a place a large one instead.
    ///
    /// - Returns: those that have a place now; nil where no large one is free.
    func takeLargePlace(_ exchange: ServerExchange) -> [ServerExchange]? {
        guard let lane = exchange.lane else { return nil }
        return lanes.withLock { lanes in
            guard var state = lanes[lane], state.takeLargePlace(exchange.connection.token, in: lane) else { return nil }
            defer { lanes[lane] = state }
            return state.admit(lane)
        }
    }

    /// Whether others wait for the large place that a request has.
    func isLargePlaceWanted(_ exchange: ServerExchange) -> Bool {
        guard let lane = exchange.lane else { return false }
        return lanes.withLock { $0[lane]?.isLargePlaceWanted ?? false }
    }
}
