/// How much of a message is read before it is refused.
struct HTTPLimits: Sendable, Equatable {
    /// Method, target and version, in bytes; more is answered with 414.
    var maxRequestLineBytes = 65_536
    /// All header lines, or all trailer lines, in bytes; more is answered with 431.
    var maxHeaderBytes = 65_536
    /// More fields are answered with 431.
    var maxHeaderCount = 128
    /// A body of more bytes is answered with 413, unread when its length was announced.
    var maxBodyBytes = 64 << 20
    /// The line that holds a chunk's size and extensions, in bytes.
    var maxChunkLineBytes = 1024

    /// Of an answer to a client: the header as large as Go takes it.
    static func answer(maxBodyBytes: Int) -> HTTPLimits {
        var limits = HTTPLimits()
        limits.maxHeaderBytes = 10 << 20
        limits.maxHeaderCount = 16_384
        limits.maxBodyBytes = maxBodyBytes
        return limits
    }
}
