/// What a handler answers.
public struct HTTPResponse: Sendable {
    public var status: HTTPStatus
    /// Length, coding, date and connection fields are the server's to add.
    public var headers: HTTPHeaders
    public var body: HTTPBody
    /// What a streamed body keeps in memory until it is sent to its end.
    public private(set) var heldBytes = 0

    public init(status: HTTPStatus = .ok, headers: HTTPHeaders = [:], body: HTTPBody = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public init(status: HTTPStatus = .ok, contentType: String, body: HTTPBody) {
        self.init(status: status, headers: ["Content-Type": contentType], body: body)
    }

    /// An answer that is written piece by piece; see `HTTPBody.stream`.
    ///
    /// - Parameter bytes: what it keeps in memory until it is sent to its end.
    public init(contentType: String, holding bytes: Int, _ write: @escaping @Sendable (any HTTPBodyWriter) throws -> Void) {
        self.init(contentType: contentType, body: .stream(write))
        heldBytes = bytes
    }

    /// An answer in plain text.
    public static func text(_ text: String, status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: .bytes(Array(text.utf8)))
    }

    public static func json(_ bytes: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: .bytes(bytes))
    }
}

/// The content of an answer.
public enum HTTPBody: Sendable {
    /// All of it, sent with its length.
    case bytes([UInt8])
    /// Written piece by piece, on the handler's own thread, by a closure that waits while the client is slow; sent in
    /// chunks. What it throws ends the connection, so that the client sees that the answer is not whole; thrown before
    /// anything left, it makes the answer a 500.
    case stream(@Sendable (any HTTPBodyWriter) throws -> Void)
}

/// Where a streamed body is written.
public protocol HTTPBodyWriter: AnyObject {
    /// Appends bytes to the body; waits for the client once a block is full.
    ///
    /// - Throws: ``HTTPBodyWriterError`` when the client has gone or takes too long: stop writing.
    func write(_ bytes: [UInt8]) throws(HTTPBodyWriterError)

    /// Sends what has been gathered so far, for answers whose parts are awaited.
    func flush() throws(HTTPBodyWriterError)

    var isCancelled: Bool { get }
}

extension HTTPBodyWriter {
    public func write(_ text: String) throws(HTTPBodyWriterError) { try write(Array(text.utf8)) }
}

/// Why no more of a streamed body can be sent.
public enum HTTPBodyWriterError: Error, Equatable {
    case clientGone
    /// A block did not leave within `writeTimeout`.
    case timedOut
}
