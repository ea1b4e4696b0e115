/// What is wrong with a message that came in: the status to answer with, and a sentence that says what was found.
public struct HTTPFault: Error, Equatable, Sendable, CustomStringConvertible {
    public let status: HTTPStatus
    public let message: String

    public init(_ status: HTTPStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    public var description: String { message }
}

/// How much of a message is read before it is refused.
public struct HTTPLimits: Sendable, Equatable {
    /// Method, target and version, in bytes; more is answered with 414.
    public var maxRequestLineBytes = 65_536
    /// All header lines, or all trailer lines, in bytes; more is answered with 431.
    public var maxHeaderBytes = 65_536
    /// More fields are answered with 431.
    public var maxHeaderCount = 128
    /// A body of more bytes is answered with 413, unread when its length was announced.
    public var maxBodyBytes = 64 << 20
    /// The line that holds a chunk's size and extensions, in bytes.
    public var maxChunkLineBytes = 1024

    public init() {}
}
