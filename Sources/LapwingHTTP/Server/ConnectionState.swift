/// One connection of a server, as a state machine without I/O: bytes and times in, actions out.
///
/// One request is handled at a time; those that were sent behind it wait unread, so that answers keep their order and
/// a client that sends without reading fills its own buffers, not ours.
struct ConnectionState: Sendable {
    enum Action: Sendable {
        /// Send `100 Continue` and go on.
        case sendContinue
        case handle(HTTPRequestHead, body: [UInt8])
        /// Answer, then end the connection: nothing more can be understood from it.
        case refuse(HTTPFault)
        case close
    }

    enum Phase: Sendable, Equatable {
        /// Nothing of the next request has come.
        case idle
        case readingHead
        case readingBody
        case handling
        /// The last answer has been sent; what still comes is thrown away so that the client can read the answer.
        case lingering
        case closed
    }

    typealias Instant = ContinuousClock.Instant

    private(set) var phase = Phase.idle
    /// When `expire` is due.
    private(set) var deadline: Instant?
    /// Whether the answer under way is the connection's last.
    private(set) var endsAfterAnswer = false
    private var decoder: RequestDecoder
    private var head: HTTPRequestHead?
    private var hasPeerFinished = false
    private var isFirst = true
    private var isDraining = false
    private var hasRefused = false
    private let configuration: HTTPServerConfiguration

    init(_ configuration: HTTPServerConfiguration, now: Instant) {
        self.configuration = configuration
        decoder = RequestDecoder(limits: configuration.limits)
        deadline = now + configuration.headerTimeout
    }

    /// Whether reading from the socket would be of use.
    var wantsInput: Bool {
        switch phase {
        case .idle, .readingHead, .readingBody, .lingering: true
        case .handling, .closed: false
        }
    }

    /// Whether there is something to do though nothing more comes in.
    var hasWork: Bool { decoder.unreadCount > 0 || hasPeerFinished || isDraining }

    mutating func received(_ bytes: ArraySlice<UInt8>) {
        if phase != .lingering { decoder.append(bytes) }
    }

    /// The client will send no more.
    mutating func peerFinished() { hasPeerFinished = true }

    /// What has to be done next; nil until something happens.
    mutating func next(now: Instant) -> Action? {
        switch phase {
        case .handling, .closed:
            return nil
        case .lingering:
            // A server that stops does not wait for clients that keep their side open, unless one may still be writing
            // and would lose its answer.
            return hasPeerFinished || (isDraining && !hasRefused) ? close() : nil
        case .idle, .readingHead, .readingBody:
            break
        }
        do {
            let event = try decoder.next()
            return event.map { proceed($0, now: now) } ?? wait(now: now)
        } catch {
            return refuse(error)
        }
    }

    /// Bytes of a body that is not whole yet.
    var heldBodyBytes: Int { phase == .readingBody ? decoder.heldBytes : 0 }

    /// Gives up a body that is being read, and what has come of it.
    mutating func refuseBody() -> Action? {
        guard phase == .readingBody else { return nil }
        decoder = RequestDecoder(limits: configuration.limits)
        return refuse(
            HTTPFault(.serviceUnavailable, "bodies of \(configuration.maxHeldBodyBytes) bytes are being read already, the limit; try again later"))
    }

    /// The answer has been handed over whole to the system.
    mutating func answered(keepsAlive: Bool, now: Instant) {
        guard phase == .handling else { return }
        if endsAfterAnswer || !keepsAlive {
            phase = .lingering
            endsAfterAnswer = true
            deadline = now + configuration.lingerTimeout
            return
        }
        phase = .idle
        isFirst = false
        deadline = now + configuration.idleTimeout
    }

    /// The server stops: an idle connection ends now, another after its answer.
    mutating func drain() -> Action? {
        endsAfterAnswer = true
        isDraining = true
        switch phase {
        case .idle: return close()
        case .lingering: return hasRefused ? nil : close()
        case .readingHead, .readingBody, .handling, .closed: return nil
        }
    }

    mutating func close() -> Action {
        phase = .closed
        deadline = nil
        return .close
    }

    /// To be called when the deadline has passed.
    mutating func expire() -> Action? {
        switch phase {
        case .idle, .lingering:
            return close()
        case .readingHead:
            return refuse(HTTPFault(.requestTimeout, "the header took longer than \(configuration.headerTimeout)"))
        case .readingBody:
            return refuse(HTTPFault(.requestTimeout, "the body took longer than \(configuration.bodyTimeout)"))
        case .handling, .closed:
            return nil
        }
    }

    private mutating func proceed(_ event: RequestDecoder.Event, now: Instant) -> Action? {
        switch event {
        case .head(var head, let framing):
            if let rest = head.target.below(configuration.pathPrefix), !configuration.isOwnPath(head.target) { head.target = rest }
            self.head = head
            if let limit = configuration.bodyLimit { decoder.maxBodyBytes = limit(head) }
            endsAfterAnswer = endsAfterAnswer || !head.keepsAlive
            phase = .readingBody
            deadline = now + configuration.bodyTimeout
            return expectation(head, framing) ?? next(now: now)
        case .body(let body):
            guard let head else { return nil }
            self.head = nil
            phase = .handling
            deadline = nil
            return .handle(head, body: body)
        }
    }

    private mutating func expectation(_ head: HTTPRequestHead, _ framing: BodyFraming) -> Action? {
        guard head.minorVersion >= 1, head.headers.contains("Expect") else { return nil }
        guard head.headers.hasToken("100-continue", in: "Expect") else {
            return refuse(HTTPFault(.expectationFailed, "unknown expectation; expected 100-continue"))
        }
        if case .fixed(let length) = framing, length > decoder.maxBodyBytes {
            let limit = decoder.maxBodyBytes
            return refuse(
                HTTPFault(.contentTooLarge, "the body has \(length) bytes or more; at most \(limit) are allowed"))
        }
        return framing == .none || decoder.unreadCount > 0 ? nil : .sendContinue
    }

    private mutating func wait(now: Instant) -> Action? {
        if hasPeerFinished { return close() }
        if phase == .idle, decoder.isAmidRequest {
            phase = .readingHead
            if !isFirst { deadline = now + configuration.headerTimeout }
        }
        return nil
    }

    private mutating func refuse(_ fault: HTTPFault) -> Action {
        phase = .handling
        deadline = nil
        endsAfterAnswer = true
        hasRefused = true
        return .refuse(fault)
    }
}
