import Dispatch
import Synchronization

/// What accepts, reads and keeps time for all connections of a server.
///
/// A few threads wait for the same events. The one that read a request also runs its handler, so that a small answer
/// costs no change of threads; but the last one that still waits gives requests away to a pool, so that somebody always
/// accepts, keeps time, and notices clients that go, however long the handlers take.
final class ServerLoop: Sendable {
    typealias Instant = ContinuousClock.Instant
    typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    struct Shared {
        var connections: [UInt64: ServerConnection] = [:]
        var nextToken = ServerLoop.listenerToken + 1
        /// Connections that have something to do though their sockets say nothing, by token.
        var ready: [UInt64] = []
        /// When deadlines are looked at next; nil while there is none, and nobody is woken.
        private(set) var sweepTime: Instant?
        /// When the grace of a shutdown ends, once one was asked for.
        var drainDeadline: Instant?
        var isAccepting = true
        /// Threads that wait for events or are about to.
        var pollerCount = ServerLoop.pollerThreads
        var hasReportedEnd = false

        /// Looks at deadlines at `time`, or earlier where that is to be anyhow.
        mutating func sweep(by time: Instant, _ events: EventQueue) {
            if let sweepTime, sweepTime <= time { return }
            setSweep(time, events)
        }

        mutating func setSweep(_ time: Instant?, _ events: EventQueue) {
            sweepTime = time
            events.setAlarm(after: time.map { $0 - .now })
        }
    }

    /// Two that may run handlers, and the last that may not.
    static let pollerThreads = 3
    static let listenerToken = EventQueue.firstSocketToken

    let configuration: HTTPServerConfiguration
    let events: EventQueue
    let shared = Mutex(Shared())
    private let handler: Handler
    private let listener: Int32
    private let workers: WorkerPool
    /// For what is known to take long.
    private let patientWorkers: WorkerPool
    private let lanes = ServerLanes()
    private let held: HeldBodies
    let stalled: StalledAnswers
    private let finished: DispatchSemaphore

    init(
        _ configuration: HTTPServerConfiguration, listener: Int32, _ events: EventQueue, finished: DispatchSemaphore,
        handler: @escaping Handler
    ) {
        self.configuration = configuration
        self.events = events
        self.handler = handler
        self.listener = listener
        self.finished = finished
        workers = WorkerPool(maxThreads: configuration.maxHandlerThreads)
        patientWorkers = WorkerPool(maxThreads: configuration.maxHandlerThreads, givesWay: true)
        stalled = StalledAnswers(
            limit: configuration.maxStalledAnswers, maxBytes: configuration.maxStalledBytes, patience: configuration.stalledPatience)
        held = HeldBodies(limit: configuration.maxHeldBodyBytes)
    }

    func start() {
        events.addListener(listener, token: Self.listenerToken)
        for _ in 0..<Self.pollerThreads { WorkerThread.start { self.poll() } }
    }

    /// Gives a connection its turn, from any thread.
    func connectionIsReady(_ token: UInt64) {
        let isFirst = shared.withLock { shared in
            shared.ready.append(token)
            return shared.ready.count == 1
        }
        if isFirst { events.wake() }
    }

    /// Stops accepting, and ends connections as they become idle, all at `deadline` at the latest.
    func drain(until deadline: Instant) {
        let connections: [ServerConnection]? = shared.withLock { shared in
            guard shared.drainDeadline == nil else { return nil }
            shared.drainDeadline = deadline
            shared.sweep(by: deadline, events)
            if shared.isAccepting { events.removeListener(listener) }
            shared.isAccepting = false
            Socket.close(listener)
            return Array(shared.connections.values)
        }
        for connection in connections ?? [] {
            if connection.drain() { connectionIsReady(connection.token) }
        }
        events.wake()
    }

    // MARK: Polling

    /// Runs until a shutdown has ended the last connection.
    private func poll() {
        var list: [SocketEvent] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while !isFinished() {
            events.wait(&list)
            let now = Instant.now
            var exchange: ServerExchange?
            for event in list {
                switch event.token {
                case EventQueue.wakeToken, EventQueue.alarmToken: break
                case Self.listenerToken: acceptConnections(now)
                default: advance(event.token, event, now, &block, &exchange)
                }
            }
            let (ready, isSweepDue) = shared.withLock { shared in
                let ready = shared.ready
                if !ready.isEmpty { shared.ready = [] }
                return (ready, shared.sweepTime.map { $0 <= now } ?? false)
            }
            for token in ready { advance(token, nil, now, &block, &exchange) }
            if isSweepDue { sweep(now, &block, &exchange) }
            answer(&exchange, &block)
        }
        // The next thread finds that all is over, too.
        events.wake()
    }

    private func isFinished() -> Bool {
        let (isFinished, isFirst) = shared.withLock { shared in
            guard shared.drainDeadline != nil, shared.connections.isEmpty else { return (false, false) }
            let isFirst = !shared.hasReportedEnd
            shared.hasReportedEnd = true
            return (true, isFirst)
        }
        if isFinished {
            workers.close()
            patientWorkers.close()
        }
        if isFirst { finished.signal() }
        return isFinished
    }

    /// Runs the handler on this thread, unless nobody would be left to wait for events, and goes on with what the same
    /// connection has sent meanwhile.
    private func answer(_ exchange: inout ServerExchange?, _ block: inout [UInt8]) {
        for _ in 0..<Self.maxAnswersInTurn {
            guard let arrived = exchange else { return }
            exchange = nil
            guard let current = admitted(arrived) else { return }
            let mayRun = shared.withLock { shared in
                guard shared.pollerCount > 1, !current.givesWay else { return false }
                shared.pollerCount -= 1
                return true
            }
            guard mayRun else { return run(current) }
            let hasMore = handle(current)
            shared.withLock { $0.pollerCount += 1 }
            if hasMore { advance(current.connection.token, nil, .now, &block, &exchange) }
        }
        if let exchange { handOver(exchange) }
        exchange = nil
    }

    /// After so many, a client that never stops sending waits for its turn like others.
    private static let maxAnswersInTurn = 16

    private func handOver(_ exchange: ServerExchange) {
        if let exchange = admitted(exchange) { run(exchange) }
    }

    /// A request that may be handled now; nil for one that waits, or has been refused.
    private func admitted(_ exchange: ServerExchange) -> ServerExchange? {
        switch lanes.enter(exchange) {
        case .now(let exchange): return exchange
        case .later: return nil
        case .full(let surplus):
            let status: HTTPStatus = surplus.lane?.isGate ?? false ? .tooManyRequests : .serviceUnavailable
            var response = configuration.faultResponse(HTTPFault(status, "too many requests of this kind wait already; try again later"))
            response.headers["Retry-After"] = "1"
            if case .answered(hasMore: true) = surplus.run({ [response] _ in response }) { connectionIsReady(surplus.connection.token) }
            return nil
        }
    }

    /// Runs the handler on a thread of the pool; the request has its place in its lane.
    private func run(_ exchange: ServerExchange) {
        (exchange.givesWay ? patientWorkers : workers).run {
            if self.handle(exchange) { self.connectionIsReady(exchange.connection.token) }
        }
    }

    /// Runs the handler; whether the connection has something to do after that.
    private func handle(_ exchange: ServerExchange) -> Bool {
        if exchange.lane?.isGate ?? false { return handleAtGate(exchange) }
        switch exchange.run(handler) {
        case .answered(let hasMore):
            leaveLane(exchange)
            return hasMore
        case .interrupted(let room):
            for next in lanes.leave(exchange, needing: room) { run(next) }
            return false
        }
    }

    /// Asks whether the request may go on, and if so lets it go on to its lane.
    private func handleAtGate(_ exchange: ServerExchange) -> Bool {
        let refusal = configuration.gate?(exchange.request)
        leaveLane(exchange)
        if let refusal {
            if case .answered(let hasMore) = exchange.run({ _ in refusal }) { return hasMore }
            return false
        }
        handOver(self.exchange(exchange.request, on: exchange.connection))
        return false
    }

    private func exchange(_ request: HTTPRequest, on connection: ServerConnection) -> ServerExchange {
        var exchange = ServerExchange(
            connection: connection, loop: self, request: request, lane: configuration.lane?(request.head),
            givesWay: request.body.count >= configuration.largeBodyBytes)
        if exchange.lane?.isGate ?? false {
            exchange.caller = .init(address: connection.remoteHost, name: configuration.caller?(request.head) ?? "")
        }
        return exchange
    }

    /// Lets others of the same lane in.
    private func leaveLane(_ exchange: ServerExchange) {
        for next in lanes.leave(exchange) { run(next) }
    }

    /// The client of an answer takes nothing: others need not wait for it, but for what is held in a large place, and where more may not
    /// be held.
    func clientStalls(_ exchange: ServerExchange) {
        if stalled.hasRoom, !lanes.hasLargePlace(exchange) { leaveLane(exchange) }
    }

    /// What an answer holds of `maxStalledBytes`; nothing in a large place, of which there are few.
    func heldBytes(_ exchange: ServerExchange, _ bytes: Int) -> Int { lanes.hasLargePlace(exchange) ? 0 : bytes }

    /// An answer is given up for others.
    func giveUp(_ exchange: ServerExchange) { configuration.onAnswerGivenUp?(exchange.request) }

    /// Whether an answer may wait for its client, which has let it wait so long.
    func mayWait(_ exchange: ServerExchange, for time: Duration) -> Bool {
        time < configuration.largeTimeout || !lanes.hasLargePlace(exchange) || !lanes.isLargePlaceWanted(exchange)
    }

    /// Gives a request in a place a large one instead, where one is free.
    func takeLargePlace(_ exchange: ServerExchange) -> Bool {
        guard let admitted = lanes.takeLargePlace(exchange) else { return false }
        for next in admitted { run(next) }
        return true
    }

    private func advance(
        _ token: UInt64, _ event: SocketEvent?, _ now: Instant, _ block: inout [UInt8],
        _ exchange: inout ServerExchange?
    ) {
        guard let connection = shared.withLock({ $0.connections[token] }) else { return }
        let outcome = connection.step { state in
            if let event { state.note(event) }
            return state.advance(connection.descriptor, now: now, configuration, block: &block)
        }
        act(outcome, on: connection, &exchange)
        if let largest = held.note(connection.withState { $0.heldBodyBytes }, of: token) { refuseBody(of: largest) }
    }

    /// Refuses the request of a connection whose body has the most bytes, since all together have too many.
    private func refuseBody(of token: UInt64) {
        shared.withLock { $0.connections[token] }?.withState { $0.mustRefuseBody = true }
        connectionIsReady(token)
    }

    /// The last request of a round stays with this thread; those before it go to the pool.
    private func act(
        _ outcome: ServerConnection.Outcome, on connection: ServerConnection, _ exchange: inout ServerExchange?
    ) {
        switch outcome {
        case .wait:
            break
        case .end:
            _ = shared.withLock { $0.connections.removeValue(forKey: connection.token) }
            Socket.close(connection.descriptor)
        case .handle(let head, let body, let cancellation):
            let request = HTTPRequest(
                head: head, body: body, remoteAddress: connection.remoteAddress, cancellation: cancellation)
            if let earlier = exchange { handOver(earlier) }
            exchange = self.exchange(request, on: connection)
        }
    }

    // MARK: Accepting

    private func acceptConnections(_ now: Instant) {
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
        guard shared.connections.count < configuration.maxConnections else { return turnAway(descriptor) }
        let connection = ServerConnection(
            token: shared.nextToken, descriptor: descriptor, remoteAddress: address,
            ConnectionState(configuration, now: now))
        shared.nextToken += 1
        shared.connections[connection.token] = connection
        shared.sweep(by: now + shortestTimeout, events)
        events.addConnection(descriptor, token: connection.token)
    }

    private func turnAway(_ descriptor: Int32) {
        let limit = configuration.maxConnections
        let response = configuration.faultResponse(
            HTTPFault(
                .serviceUnavailable, "there are \(limit) connections already, which is the limit; try again later"))
        let plan = ResponsePlan(response, to: nil, endsConnection: true, configuration)
        if case .bytes(let body) = response.body {
            _ = Socket.send(descriptor, plan.head(length: body.count) + body, from: 0)
        }
        Socket.close(descriptor)
    }

    // MARK: Time

    /// A deadline that is set between two sweeps is at least so far off, so the next sweep is in time for it.
    private var shortestTimeout: Duration {
        let shortest = min(
            configuration.headerTimeout, configuration.bodyTimeout, configuration.idleTimeout,
            configuration.writeTimeout, configuration.lingerTimeout)
        return max(.milliseconds(1), shortest)
    }

    private func sweep(_ now: Instant, _ block: inout [UInt8], _ exchange: inout ServerExchange?) {
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
            guard isPastGrace, !shared.hasReportedEnd else { return false }
            shared.hasReportedEnd = true
            return true
        }
        if isFirst { finished.signal() }
    }
}
