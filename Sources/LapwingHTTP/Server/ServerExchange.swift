/// One request on its way through a handler and back, on the handler's thread.
struct ServerExchange: Sendable {
    let connection: ServerConnection
    let loop: ServerLoop
    let request: HTTPRequest
    let lane: HTTPLane?
    /// Who asks, at a gate.
    var caller: GateShares.Caller?
    /// What the handler may take; of a trial also how much of its processor's time.
    var room = HTTPRoom.large
    var trial: Duration?
    /// How often it was tried.
    var trials = 0
    /// Whether it is known to take long, so that what else there is to do comes first.
    var givesWay = false

    private var configuration: HTTPServerConfiguration { loop.configuration }

    enum Outcome {
        /// Whether the connection has something to do that no event of its socket will tell.
        case answered(hasMore: Bool)
        /// It needs more room than it has.
        case interrupted(HTTPRoom)
    }

    /// Handles the request and sends the answer, or as much of it as the socket takes.
    func run(_ handler: @Sendable (HTTPRequest) -> HTTPResponse) -> Outcome {
        request.cancellation.begin(room, trial) { loop.takeLargePlace(self) }
        let response = handler(request)
        let needed = request.cancellation.isInterrupted ? request.cancellation.neededRoom : nil
        request.cancellation.end()
        if let needed { return .interrupted(needed) }
        return .answered(hasMore: send(response))
    }

    private func send(_ response: HTTPResponse) -> Bool {
        let endsConnection = connection.withState { $0.machine.endsAfterAnswer }
        let plan = ResponsePlan(response, to: request.head, endsConnection: endsConnection, configuration)
        switch response.body {
        case .bytes(let body): return send(body, plan)
        case .stream(let write): return stream(write, plan, holding: response.heldBytes)
        }
    }

    private func send(_ body: [UInt8], _ plan: ResponsePlan) -> Bool {
        let content = plan.compressesBody ? Gzip.compress(body, level: configuration.compressionLevel) : body
        let head = plan.head(length: content.count)
        if plan.omitsBody { return finish(OutgoingBytes([head]), plan) }
        if content.count <= StreamedBody.blockBytes { return finish(OutgoingBytes([head + content]), plan) }
        // A larger one waits for its client on this thread, as a streamed one does: those that do are few.
        let writer = writer(plan, holding: content.count)
        do throws(HTTPBodyWriterError) {
            try writer.send(head, content)
            return finish(OutgoingBytes([]), plan)
        } catch {
            return abandon()
        }
    }

    private func writer(_ plan: ResponsePlan, holding bytes: Int) -> SocketBodyWriter {
        SocketBodyWriter(
            connection.descriptor, StreamedBody(plan, compressionLevel: configuration.compressionLevel),
            timeout: configuration.writeTimeout, request.cancellation, loop.stalled,
            waiting: AnswerWaiting(
                heldBytes: { loop.heldBytes(self, bytes) }, onStall: { loop.clientStalls(self) }, mayWait: { loop.mayWait(self, for: $0) },
                onGivenUp: { loop.giveUp(self) }))
    }

    private func abandon() -> Bool {
        connection.withState { state in
            state.isHandling = false
            _ = state.abandon(connection.descriptor)
        }
        return true
    }

    /// Sends what can be sent now and leaves the rest to the loop.
    private func finish(_ bytes: OutgoingBytes, _ plan: ResponsePlan) -> Bool {
        var bytes = bytes
        let progress = bytes.send(to: connection.descriptor)
        let now = ContinuousClock.now
        return connection.withState { state in
            state.isHandling = false
            switch progress {
            case .finished:
                state.finishAnswer(connection.descriptor, keepsAlive: plan.keepsAlive, now: now)
                return state.isClosing || state.canRead || state.machine.hasWork
            case .full:
                state.queue(bytes, keepsAlive: plan.keepsAlive, now: now, configuration)
            case .failed:
                _ = state.abandon(connection.descriptor)
            }
            return true
        }
    }

    private func stream(_ write: @Sendable (any HTTPBodyWriter) throws -> Void, _ plan: ResponsePlan, holding bytes: Int) -> Bool {
        let writer = writer(plan, holding: bytes)
        do {
            if !plan.omitsBody { try write(writer) }
            return finish(OutgoingBytes([writer.finish()]), plan)
        } catch {
            guard writer.hasSentNothing, !(error is HTTPBodyWriterError) else { return abandon() }
            let response = configuration.faultResponse(HTTPFault(.internalServerError, "\(error)"))
            guard case .bytes(let body) = response.body else { return finish(OutgoingBytes([]), plan) }
            let faultPlan = ResponsePlan(response, to: request.head, endsConnection: true, configuration)
            return send(body, faultPlan)
        }
    }
}

/// What is asked while an answer waits for its client.
private struct AnswerWaiting {
    var heldBytes: () -> Int
    /// Asked again and again while it waits.
    var onStall: () -> Void
    /// Whether it may wait for so long, in all.
    var mayWait: (Duration) -> Bool
    var onGivenUp: () -> Void
}

/// Sends a streamed body over a socket, waiting on the handler's thread while the client is slow.
private final class SocketBodyWriter: HTTPBodyWriter {
    private let descriptor: Int32
    private var body: StreamedBody
    private let timeout: Duration
    private let cancellation: HTTPCancellation
    private let stalled: StalledAnswers
    private let waiting: AnswerWaiting
    private(set) var hasSentNothing = true
    /// How long the client has let this wait, in all.
    private var waited = Duration.zero

    init(
        _ descriptor: Int32, _ body: StreamedBody, timeout: Duration, _ cancellation: HTTPCancellation, _ stalled: StalledAnswers,
        waiting: AnswerWaiting
    ) {
        self.descriptor = descriptor
        self.body = body
        self.timeout = timeout
        self.cancellation = cancellation
        self.stalled = stalled
        self.waiting = waiting
    }

    var isCancelled: Bool { cancellation.isCancelled }

    func write(_ bytes: [UInt8]) throws(HTTPBodyWriterError) {
        if body.sendsUncopied(bytes) {
            let (before, behind) = body.frame(bytes.count)
            try send(before, bytes, behind)
        } else if let output = body.append(bytes) {
            try send(output)
        }
    }

    func flush() throws(HTTPBodyWriterError) { try send(body.flush()) }

    func finish() -> [UInt8] { body.finish() }

    /// Sends three runs of bytes as one.
    func send(_ bytes: [UInt8], _ content: [UInt8] = [], _ behind: [UInt8] = []) throws(HTTPBodyWriterError) {
        hasSentNothing = false
        let count = bytes.count + content.count + behind.count
        var offset = 0
        var sent = 0
        var deadline = ContinuousClock.now + timeout
        while offset < count {
            switch Socket.send(descriptor, bytes, content, behind, from: offset) {
            case .bytes(let count):
                offset += count
                sent += count
                // A block larger than usual gets its time again for each part of the usual size.
                if sent >= StreamedBody.blockBytes {
                    sent = 0
                    deadline = ContinuousClock.now + timeout
                }
            case .full:
                guard waitForClient(until: deadline) else {
                    cancellation.cancel()
                    throw .timedOut
                }
            case .failed:
                cancellation.cancel()
                throw .clientGone
            }
        }
    }

    /// Waits until the client takes more; looks up now and then, whether others need the thread more.
    private func waitForClient(until deadline: ContinuousClock.Instant) -> Bool {
        let start = ContinuousClock.now
        let number = stalled.begin(holding: waiting.heldBytes(), now: start)
        defer {
            stalled.end(number)
            waited += start.duration(to: .now)
        }
        while true {
            waiting.onStall()
            let look = min(deadline, .now + .milliseconds(100))
            let isWritable = Socket.wait(descriptor, for: .writable, until: look)
            let now = ContinuousClock.now
            if !waiting.mayWait(waited + start.duration(to: now)) { return false }
            if isWritable { return true }
            if now >= deadline { return false }
            if !stalled.mayStay(number, now: now) {
                waiting.onGivenUp()
                return false
            }
        }
    }
}
