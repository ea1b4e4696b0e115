import Synchronization

/// One connection: the socket, its state machine, and what both threads that may hold it agree on.
///
/// The loop owns the descriptor and alone closes it, and never while a handler is at work. The handler's thread writes
/// the answer itself, so that a small one costs no change of threads.
final class ServerConnection: Sendable {
    struct State {
        var machine: ConnectionState
        /// The socket may have something to read.
        var canRead = false
        var hasHungUp = false
        /// A handler is at work and may write to the socket.
        var isHandling = false
        var isClosing = false
        /// Some thread was told to close the descriptor, which may be another connection's by now.
        var hasEnded = false
        var cancellation: HTTPCancellation?
        var outgoing = OutgoingBytes([])
        var keepsAlive = true
        var writeDeadline: ContinuousClock.Instant?
        var sentSinceDeadline = 0
        /// All bodies together hold too much, and this one the most.
        var mustRefuseBody = false
    }

    let token: UInt64
    let descriptor: Int32
    let remoteHost: String
    let remoteAddress: String
    private let state: Mutex<State>

    init(token: UInt64, descriptor: Int32, remoteAddress: SocketAddress, _ machine: ConnectionState) {
        self.token = token
        self.descriptor = descriptor
        remoteHost = remoteAddress.host
        self.remoteAddress = remoteAddress.description
        state = Mutex(State(machine: machine))
    }

    /// Whether the connection was idle, and ends now, when the server stops.
    func drain() -> Bool {
        state.withLock { state in
            guard state.machine.drain() != nil else { return false }
            state.isClosing = true
            return true
        }
    }

    /// Changes the state, and tells exactly one of the threads that do so to end the connection.
    func step(_ body: (inout State) -> Outcome) -> Outcome {
        state.withLock { state in
            guard !state.hasEnded else { return .wait }
            let outcome = body(&state)
            if case .end = outcome { state.hasEnded = true }
            return outcome
        }
    }

    /// Looks at the state, or changes it on behalf of the handler at work.
    func withState<T>(_ body: (inout State) -> T) -> T {
        state.withLock { body(&$0) }
    }

    /// What the loop does after a step.
    enum Outcome {
        case wait
        case handle(HTTPRequestHead, body: [UInt8], HTTPCancellation)
        /// The descriptor is not used any more: close it and forget the connection.
        case end
    }
}

extension ServerConnection.State {
    typealias Instant = ContinuousClock.Instant

    mutating func note(_ event: SocketEvent) {
        if event.isReadable { canRead = true }
        if event.isHangUp {
            canRead = true
            hasHungUp = true
            cancellation?.cancel()
        }
    }

    /// Goes on as far as it can without waiting.
    ///
    /// - Parameter block: where input is read to; its content does not outlast the call.
    mutating func advance(
        _ descriptor: Int32, now: Instant, _ configuration: HTTPServerConfiguration, block: inout [UInt8]
    ) -> ServerConnection.Outcome {
        if isClosing { return isHandling ? .wait : .end }
        if isHandling { return .wait }
        if mustRefuseBody {
            mustRefuseBody = false
            if case .refuse(let fault)? = machine.refuseBody() { refuse(fault, now: now, configuration) }
        }
        while true {
            if !outgoing.isEmpty {
                switch flush(descriptor, now: now, configuration) {
                case .finished: break
                case .full: return .wait
                case .failed: return .end
                }
            }
            while let action = machine.next(now: now) {
                switch action {
                case .sendContinue:
                    _ = Socket.send(descriptor, MessageEncoder.continueHead, from: 0)
                case .handle(let head, let body):
                    let cancellation = HTTPCancellation()
                    if hasHungUp { cancellation.cancel() }
                    self.cancellation = cancellation
                    isHandling = true
                    return .handle(head, body: body, cancellation)
                case .refuse(let fault):
                    refuse(fault, now: now, configuration)
                case .close:
                    return .end
                }
                if !outgoing.isEmpty { break }
            }
            if !outgoing.isEmpty { continue }
            guard machine.wantsInput, canRead else { return .wait }
            switch Socket.receive(descriptor, into: &block) {
            case .bytes(let count):
                machine.received(block[..<count])
                if count < block.count, !hasHungUp { canRead = false }
            case .nothingYet:
                canRead = false
            case .end:
                canRead = false
                machine.peerFinished()
            case .failed:
                return .end
            }
        }
    }

    /// Acts on a deadline that has passed.
    mutating func expire(
        _ descriptor: Int32, now: Instant, _ configuration: HTTPServerConfiguration, block: inout [UInt8]
    ) -> ServerConnection.Outcome {
        if let writeDeadline, writeDeadline <= now { return abandon(descriptor) }
        guard let deadline = machine.deadline, deadline <= now else { return .wait }
        switch machine.expire() {
        case nil, .sendContinue, .handle: return .wait
        case .close: return .end
        case .refuse(let fault):
            refuse(fault, now: now, configuration)
            return advance(descriptor, now: now, configuration, block: &block)
        }
    }

    /// Gives the connection up; whoever still writes to it fails and stops.
    mutating func abandon(_ descriptor: Int32) -> ServerConnection.Outcome {
        isClosing = true
        cancellation?.cancel()
        Socket.abort(descriptor)
        return isHandling ? .wait : .end
    }

    /// Bytes of a body that is not whole yet.
    var heldBodyBytes: Int { hasEnded ? 0 : machine.heldBodyBytes }

    /// The earliest time at which `expire` has to be called.
    var deadline: Instant? {
        guard let writeDeadline else { return machine.deadline }
        return min(writeDeadline, machine.deadline ?? writeDeadline)
    }

    private mutating func refuse(_ fault: HTTPFault, now: Instant, _ configuration: HTTPServerConfiguration) {
        let response = configuration.faultResponse(fault)
        let plan = ResponsePlan(response, to: nil, endsConnection: true, configuration)
        var body: [UInt8] = []
        if case .bytes(let bytes) = response.body { body = bytes }
        queue([plan.head(length: body.count) + body], keepsAlive: false, now: now, configuration)
    }

    /// Leaves the rest of an answer to the loop.
    mutating func queue(
        _ blocks: [[UInt8]], keepsAlive: Bool, now: Instant, _ configuration: HTTPServerConfiguration
    ) {
        queue(OutgoingBytes(blocks), keepsAlive: keepsAlive, now: now, configuration)
    }

    mutating func queue(
        _ bytes: OutgoingBytes, keepsAlive: Bool, now: Instant, _ configuration: HTTPServerConfiguration
    ) {
        outgoing = bytes
        self.keepsAlive = keepsAlive
        sentSinceDeadline = 0
        writeDeadline = now + configuration.writeTimeout
    }

    private mutating func flush(
        _ descriptor: Int32, now: Instant, _ configuration: HTTPServerConfiguration
    ) -> OutgoingBytes.Progress {
        let progress = outgoing.send(to: descriptor)
        switch progress {
        case .finished:
            finishAnswer(descriptor, keepsAlive: keepsAlive, now: now)
        case .full(let sent):
            sentSinceDeadline += sent
            if sentSinceDeadline >= StreamedBody.blockBytes {
                sentSinceDeadline = 0
                writeDeadline = now + configuration.writeTimeout
            }
        case .failed:
            break
        }
        return progress
    }

    /// The whole answer is with the system.
    mutating func finishAnswer(_ descriptor: Int32, keepsAlive: Bool, now: Instant) {
        outgoing = OutgoingBytes([])
        writeDeadline = nil
        cancellation = nil
        machine.answered(keepsAlive: keepsAlive, now: now)
        if machine.phase == .lingering { Socket.finishSending(descriptor) }
    }
}
