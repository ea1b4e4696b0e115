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
        private var hasReportedEnd = false

        /// Looks at deadlines at `time`, or earlier where that is to be anyhow.
        mutating func sweep(by time: Instant, _ events: EventQueue) {
            if let sweepTime, sweepTime <= time { return }
            setSweep(time, events)
        }

        mutating func setSweep(_ time: Instant?, _ events: EventQueue) {
            sweepTime = time
            events.setAlarm(after: time.map { $0 - .now })
        }

        /// Whether nobody was told of the end so far; somebody is, then.
        mutating func takeEndReport() -> Bool {
            defer { hasReportedEnd = true }
            return !hasReportedEnd
        }
    }

    /// Two that may run handlers, and the last that may not.
    static let pollerThreads = 3
    static let listenerToken = EventQueue.firstSocketToken

    let configuration: HTTPServerConfiguration
    let events: EventQueue
    let shared = Mutex(Shared())
    let handler: Handler
    let listener: Int32
    let workers: WorkerPool
    /// For what is known to take long.
    let patientWorkers: WorkerPool
    let lanes = ServerLanes()
    let stalled: StalledAnswers
    /// Signalled once, when a shutdown has come to its end.
    let finished: DispatchSemaphore
    private let held: HeldBodies

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
        while !endsPolling() {
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

    /// Whether a shutdown has ended the last connection; then also lets the pools go, and says so.
    private func endsPolling() -> Bool {
        let (isOver, isFirst) = shared.withLock { shared in
            guard shared.drainDeadline != nil, shared.connections.isEmpty else { return (false, false) }
            return (true, shared.takeEndReport())
        }
        guard isOver else { return false }
        workers.close()
        patientWorkers.close()
        if isFirst { finished.signal() }
        return true
    }

    /// Lets a connection go on as far as it can.
    func advance(
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
    func act(
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
}
