import Dispatch
import Synchronization

/// The one thread that accepts, reads and keeps time for all connections of a server.
struct ServerLoop {
    typealias Instant = ContinuousClock.Instant

    private let configuration: HTTPServerConfiguration
    private let handler: @Sendable (HTTPRequest) -> HTTPResponse
    private let listener: Int32
    private let mailbox: ServerMailbox
    private let workers: WorkerPool
    private let finished: DispatchSemaphore

    private var connections: [UInt64: ServerConnection] = [:]
    private var nextToken: UInt64 = 2
    private var block = [UInt8](repeating: 0, count: 65_536)
    private var sweepTime: Instant
    private var drainDeadline: Instant?
    private var isAccepting = true
    private var hasReportedEnd = false

    private static let listenerToken: UInt64 = 1

    init(
        _ configuration: HTTPServerConfiguration, listener: Int32, _ mailbox: ServerMailbox, finished: DispatchSemaphore,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        self.configuration = configuration
        self.handler = handler
        self.listener = listener
        self.mailbox = mailbox
        self.finished = finished
        workers = WorkerPool(maxThreads: configuration.maxHandlerThreads)
        sweepTime = .now
    }

    /// Runs until a shutdown has ended the last connection.
    mutating func run() {
        mailbox.events.addListener(listener, token: Self.listenerToken)
        var events: [SocketEvent] = []
        while !(drainDeadline != nil && connections.isEmpty) {
            mailbox.events.wait(&events, for: waitDuration())
            let now = Instant.now
            for event in events {
                switch event.token {
                case EventQueue.wakeToken: break
                case Self.listenerToken: acceptConnections(now)
                default: advance(event.token, event, now)
                }
            }
            let messages = mailbox.take()
            for token in messages.ready { advance(token, nil, now) }
            if let deadline = messages.drainDeadline, drainDeadline == nil { startDraining(until: deadline, now) }
            if now >= sweepTime { sweep(now) }
        }
        if isAccepting { mailbox.events.removeListener(listener) }
        workers.close()
        reportEnd()
    }

    private func waitDuration() -> Duration? {
        if connections.isEmpty, isAccepting, drainDeadline == nil { return nil }
        return max(.zero, sweepTime - .now)
    }

    private mutating func acceptConnections(_ now: Instant) {
        guard drainDeadline == nil else { return }
        // The listener is reported again while there are more, so that busy connections get their turn.
        for _ in 0..<64 {
            switch Socket.accept(listener) {
            case .nothingYet:
                return
            case .exhausted:
                // Asking again at once would only burn the processor: let the next sweep try.
                mailbox.events.removeListener(listener)
                isAccepting = false
                sweepTime = min(sweepTime, now + .milliseconds(100))
                return
            case .connection(let descriptor, let address):
                guard connections.count < configuration.maxConnections else {
                    turnAway(descriptor)
                    continue
                }
                let connection = ServerConnection(
                    token: nextToken, descriptor: descriptor, remoteAddress: address.description,
                    ConnectionState(configuration, now: now))
                nextToken += 1
                if connections.isEmpty { sweepTime = now + shortestTimeout }
                connections[connection.token] = connection
                mailbox.events.addConnection(descriptor, token: connection.token)
            }
        }
    }

    private func turnAway(_ descriptor: Int32) {
        let limit = configuration.maxConnections
        let response = configuration.faultResponse(
            HTTPFault(.serviceUnavailable, "there are \(limit) connections already, which is the limit; try again later"))
        let plan = ResponsePlan(response, to: nil, endsConnection: true, configuration)
        if case .bytes(let body) = response.body {
            _ = Socket.send(descriptor, plan.head(length: body.count) + body, from: 0)
        }
        Socket.close(descriptor)
    }

    private mutating func advance(_ token: UInt64, _ event: SocketEvent?, _ now: Instant) {
        guard let connection = connections[token] else { return }
        let configuration = configuration
        let outcome = connection.state.withLock { state in
            if let event { state.note(event) }
            return state.advance(connection.descriptor, now: now, configuration, block: &block)
        }
        act(outcome, on: connection)
    }

    private mutating func act(_ outcome: ServerConnection.Outcome, on connection: ServerConnection) {
        switch outcome {
        case .wait:
            break
        case .end:
            Socket.close(connection.descriptor)
            connections[connection.token] = nil
        case .handle(let head, let body, let cancellation):
            let request = HTTPRequest(
                head: head, body: body, remoteAddress: connection.remoteAddress, cancellation: cancellation)
            let exchange = ServerExchange(
                connection: connection, mailbox: mailbox, configuration: configuration, request: request)
            workers.run { [handler] in exchange.run(handler) }
        }
    }

    // MARK: Time

    /// A deadline that is set between two sweeps is at least so far off, so the next sweep is in time for it.
    private var shortestTimeout: Duration {
        let shortest = min(
            configuration.headerTimeout, configuration.bodyTimeout, configuration.idleTimeout,
            configuration.writeTimeout, configuration.lingerTimeout)
        return max(.milliseconds(1), shortest)
    }

    private mutating func sweep(_ now: Instant) {
        let configuration = configuration
        sweepTime = now + shortestTimeout
        for (_, connection) in connections {
            let outcome = connection.state.withLock { state in
                guard let deadline = state.deadline, deadline <= now else { return ServerConnection.Outcome.wait }
                return state.expire(connection.descriptor, now: now, configuration, block: &block)
            }
            act(outcome, on: connection)
            if let deadline = connection.state.withLock({ $0.deadline }) { sweepTime = min(sweepTime, deadline) }
        }
        if !isAccepting, drainDeadline == nil {
            mailbox.events.addListener(listener, token: Self.listenerToken)
            isAccepting = true
        }
        if let drainDeadline {
            if drainDeadline <= now { abandonAll() } else { sweepTime = min(sweepTime, drainDeadline) }
        }
    }

    // MARK: Shutdown

    private mutating func startDraining(until deadline: Instant, _ now: Instant) {
        drainDeadline = deadline
        if isAccepting { mailbox.events.removeListener(listener) }
        isAccepting = false
        Socket.close(listener)
        for (_, connection) in connections {
            let ends = connection.state.withLock { $0.machine.drain() != nil }
            if ends { act(.end, on: connection) }
        }
        sweepTime = min(sweepTime, max(now, deadline))
    }

    private mutating func abandonAll() {
        for (_, connection) in connections {
            act(connection.state.withLock { $0.abandon(connection.descriptor) }, on: connection)
        }
        // A handler that does not look at its cancellation may take any time: nobody waits for it.
        reportEnd()
    }

    private mutating func reportEnd() {
        guard !hasReportedEnd else { return }
        hasReportedEnd = true
        finished.signal()
    }
}
