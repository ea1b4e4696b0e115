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
        SocketBodyWriter(self, StreamedBody(plan, compressionLevel: configuration.compressionLevel), holding: bytes)
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
