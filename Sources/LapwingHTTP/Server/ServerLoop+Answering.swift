import Synchronization

/// From a request that was read to its answer: whether it may be handled now, and on which thread.
extension ServerLoop {
    /// Runs the handler on this thread, unless nobody would be left to wait for events, and goes on with what the same
    /// connection has sent meanwhile.
    func answer(_ exchange: inout ServerExchange?, _ block: inout [UInt8]) {
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

    func handOver(_ exchange: ServerExchange) {
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

    func exchange(_ request: HTTPRequest, on connection: ServerConnection) -> ServerExchange {
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

    // MARK: Answers that wait for their clients

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
}
