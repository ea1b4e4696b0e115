/// Reads one response out of a connection's bytes: bytes in, events out, no I/O (RFC 9112).
///
/// Heads are read as Go reads them, for small programs write them as it comes: lines may end in a line feed alone, and a length may be
/// given twice when it is the same. Nothing can be smuggled by it, as nobody else reads what this connection brings.
struct ResponseDecoder: Sendable {
    enum Event: Sendable, Equatable {
        case head(HTTPStatus, HTTPHeaders)
        /// The whole body.
        case body([UInt8])
    }

    private enum State: Sendable {
        case statusLine
        case header(HTTPStatus, minorVersion: Int, HeaderDecoder)
        case body(BodyDecoder)
        case finished
        case failed(HTTPFault)
    }

    private var state = State.statusLine
    private var buffer = InputBuffer()
    private var body: [UInt8] = []
    private let method: HTTPMethod
    private let limits: HTTPLimits
    private var interimCount = 0
    private var keepsAlive = false

    init(to method: HTTPMethod, limits: HTTPLimits) {
        self.method = method
        self.limits = limits
    }

    /// Whether another request may follow on the connection; known once the response is complete.
    var allowsReuse: Bool {
        switch state {
        case .finished: keepsAlive && buffer.isEmpty
        case .statusLine, .header, .body, .failed: false
        }
    }

    /// Whether nothing of a response has come yet.
    var isUntouched: Bool {
        switch state {
        case .statusLine: buffer.isEmpty && interimCount == 0
        case .header, .body, .finished, .failed: false
        }
    }

    /// How many bytes are known to follow.
    var awaitedBytes: Int {
        switch state {
        case .body(let decoder): decoder.announcedBytes
        case .statusLine, .header, .finished, .failed: 0
        }
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard case .body(var decoder) = state, buffer.isEmpty else { return buffer.append(bytes) }
        let taken = decoder.takeDirectly(bytes, into: &body)
        state = .body(decoder)
        if taken < bytes.count { buffer.append(bytes.dropFirst(taken)) }
    }

    /// The next event, or nil until more bytes come.
    mutating func next() throws(HTTPFault) -> Event? {
        do {
            return try advance()
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// To be called when the connection has ended: the body, when it is one that ends so.
    ///
    /// - Throws: 502 when the response is not whole.
    mutating func finish() throws(HTTPFault) -> [UInt8] {
        if case .body(let decoder) = state, decoder.endsWithConnection {
            state = .finished
            return body
        }
        throw HTTPFault(.badGateway, "unexpected EOF")
    }

    private mutating func advance() throws(HTTPFault) -> Event? {
        while true {
            switch state {
            case .failed(let fault):
                throw fault
            case .finished:
                return nil
            case .statusLine:
                guard try readStatusLine() else { return nil }
            case .header(let status, let minorVersion, var decoder):
                state = .statusLine
                let isFinished = try decoder.read(&buffer, limits: limits)
                guard isFinished else {
                    state = .header(status, minorVersion: minorVersion, decoder)
                    return nil
                }
                if status.isInformational, status.code != 101 {
                    interimCount += 1
                    guard interimCount <= Self.maxInterimResponses else {
                        throw HTTPFault(.badGateway, "more than \(Self.maxInterimResponses) interim responses")
                    }
                    continue
                }
                return try finishHead(status, decoder.headers, minorVersion)
            case .body(var decoder):
                let isFinished = try decoder.read(&buffer, into: &body, limits: limits)
                guard isFinished else {
                    state = .body(decoder)
                    return nil
                }
                state = .finished
                let whole = body
                body = []
                return .body(whole)
            }
        }
    }

    private static let maxInterimResponses = 8

    private mutating func finishHead(
        _ status: HTTPStatus, _ headers: HTTPHeaders, _ minorVersion: Int
    ) throws(HTTPFault) -> Event {
        let framing = try BodyFraming(ofResponse: status, headers, to: method)
        keepsAlive =
            framing != .untilClose && !headers.hasToken("close", in: "Connection")
            && (minorVersion >= 1 || headers.hasToken("keep-alive", in: "Connection"))
        let decoder = BodyDecoder(framing)
        body.reserveCapacity(min(decoder.announcedBytes, limits.maxBodyBytes))
        state = .body(decoder)
        return .head(status, headers)
    }

    private mutating func readStatusLine() throws(HTTPFault) -> Bool {
        switch buffer.takeLine(limit: limits.maxRequestLineBytes) {
        case .incomplete:
            return false
        case .tooLong:
            throw HTTPFault(.badGateway, "the status line has more than \(limits.maxRequestLineBytes) bytes")
        case .whole(let line, _):
            let bytes = buffer.bytes[line]
            let shown = String(decoding: bytes.prefix(60), as: UTF8.self)
            let malformed = HTTPFault(.badGateway, "malformed HTTP response \"\(shown)\"")
            let minorVersion = try HTTPVersion.minor(of: bytes.prefix(8), else: malformed)
            let code = bytes.dropFirst(9).prefix(3)
            guard bytes.count >= 12, bytes[line.lowerBound + 8] == HTTPCharacters.space,
                code.allSatisfy(HTTPCharacters.isDigit), let value = Int(String(decoding: code, as: UTF8.self)),
                value >= 100, bytes.count == 12 || bytes[line.lowerBound + 12] == HTTPCharacters.space
            else { throw malformed }
            state = .header(HTTPStatus(code: value), minorVersion: minorVersion, HeaderDecoder(takesBareLineFeeds: true))
            return true
        }
    }
}
