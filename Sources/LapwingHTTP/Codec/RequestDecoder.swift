/// Reads requests out of a connection's bytes, one after the other: bytes in, events out, no I/O (RFC 9112).
///
/// Events are pulled, so that a connection that is busy with one request leaves the next one unread.
struct RequestDecoder: Sendable {
    enum Event: Sendable, Equatable {
        /// Everything but the body; the caller may set ``RequestDecoder/maxBodyBytes`` before it pulls on.
        case head(HTTPRequestHead, BodyFraming)
        /// The whole body; what follows is the next request.
        case body([UInt8])
    }

    private enum State: Sendable {
        case requestLine
        case header(method: HTTPMethod, target: HTTPTarget, minorVersion: Int, HeaderDecoder)
        case body(BodyDecoder)
        case failed(HTTPFault)
    }

    private var state = State.requestLine
    private var buffer = InputBuffer()
    private var body: [UInt8] = []
    private var limits: HTTPLimits
    private let standardMaxBodyBytes: Int
    private var emptyLineCount = 0

    init(limits: HTTPLimits) {
        self.limits = limits
        standardMaxBodyBytes = limits.maxBodyBytes
    }

    /// The limit for the body that comes next; falls back to the common one after it.
    var maxBodyBytes: Int {
        get { limits.maxBodyBytes }
        set { limits.maxBodyBytes = newValue }
    }

    /// Whether bytes of a request have come that is not complete.
    var isAmidRequest: Bool {
        switch state {
        case .requestLine: !buffer.isEmpty
        case .header, .body, .failed: true
        }
    }

    /// Bytes that came in and are not yet read.
    var unreadCount: Int { buffer.count }

    /// Bytes of a request that is not complete.
    var heldBytes: Int { body.count + buffer.count }

    mutating func append(_ bytes: ArraySlice<UInt8>) { buffer.append(bytes) }

    /// The next event, or nil until more bytes come.
    ///
    /// - Throws: what is wrong with the request; the same again at every further call.
    mutating func next() throws(HTTPFault) -> Event? {
        do {
            return try advance()
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private mutating func advance() throws(HTTPFault) -> Event? {
        while true {
            switch state {
            case .failed(let fault):
                throw fault
            case .requestLine:
                guard try readRequestLine() else { return nil }
            case .header(let method, let target, let minorVersion, var decoder):
                // Left here, the decoder's fields would be shared and copied at the next line.
                state = .requestLine
                let isFinished = try decoder.read(&buffer, limits: limits)
                guard isFinished else {
                    state = .header(method: method, target: target, minorVersion: minorVersion, decoder)
                    return nil
                }
                return try finishHead(
                    HTTPRequestHead(
                        method: method, target: target, headers: decoder.headers, minorVersion: minorVersion))
            case .body(var decoder):
                let isFinished = try decoder.read(&buffer, into: &body, limits: limits)
                guard isFinished else {
                    state = .body(decoder)
                    return nil
                }
                state = .requestLine
                limits.maxBodyBytes = standardMaxBodyBytes
                let whole = body
                body = []
                return .body(whole)
            }
        }
    }

    private mutating func finishHead(_ head: HTTPRequestHead) throws(HTTPFault) -> Event {
        let hosts = head.headers.values(of: "Host")
        guard hosts.count <= 1 else { throw HTTPFault(.badRequest, "too many Host headers") }
        guard head.minorVersion == 0 || hosts.count == 1 else {
            throw HTTPFault(.badRequest, "missing required Host header")
        }
        let framing = try BodyFraming(ofRequest: head)
        state = .body(BodyDecoder(framing))
        return .head(head, framing)
    }

    /// Reads `GET /path HTTP/1.1`; false until the line is whole. Empty lines before it are read past.
    private mutating func readRequestLine() throws(HTTPFault) -> Bool {
        switch buffer.takeLine(limit: limits.maxRequestLineBytes) {
        case .incomplete:
            return false
        case .tooLong:
            throw HTTPFault(.uriTooLong, "the request line has more than \(limits.maxRequestLineBytes) bytes")
        case .whole(let line, let endsInCarriageReturn):
            guard endsInCarriageReturn else {
                throw HTTPFault(.badRequest, "the request line ends in a bare line feed; expected CR LF")
            }
            if line.isEmpty {
                emptyLineCount += 1
                guard emptyLineCount <= Self.maxEmptyLines else {
                    throw HTTPFault(.badRequest, "more than \(Self.maxEmptyLines) empty lines before a request")
                }
                return true
            }
            emptyLineCount = 0
            try parseRequestLine(buffer.bytes[line])
            return true
        }
    }

    private static let maxEmptyLines = 4
    private static let maxMethodBytes = 32

    private mutating func parseRequestLine(_ line: ArraySlice<UInt8>) throws(HTTPFault) {
        let malformed = HTTPFault(.badRequest, "malformed request line; expected a method, a target and HTTP/1.1")
        guard let first = line.firstIndex(of: HTTPCharacters.space),
            let last = line.lastIndex(of: HTTPCharacters.space),
            first > line.startIndex, last > first + 1
        else { throw malformed }
        let method = line[..<first]
        guard method.allSatisfy(HTTPCharacters.isToken) else { throw malformed }
        guard method.count <= Self.maxMethodBytes else {
            throw HTTPFault(.notImplemented, "the method has more than \(Self.maxMethodBytes) bytes")
        }
        let minorVersion = try HTTPVersion.minor(of: line[(last + 1)...], else: malformed)
        let target = line[(first + 1)..<last]
        guard target.allSatisfy(HTTPCharacters.isTarget) else {
            throw HTTPFault(.badRequest, "the request target holds a space or a control character; encode it")
        }
        guard let parsed = HTTPTarget(String(decoding: target, as: UTF8.self)) else {
            throw HTTPFault(.badRequest, "bad request target; expected a path that starts with a slash")
        }
        state = .header(
            method: HTTPMethod(String(decoding: method, as: UTF8.self)), target: parsed, minorVersion: minorVersion,
            HeaderDecoder())
    }
}
