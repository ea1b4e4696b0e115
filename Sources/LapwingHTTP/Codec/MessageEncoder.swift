/// Writes the heads of messages and the frames of chunks (RFC 9112).
enum MessageEncoder {
    /// A response's head, up to and with the empty line.
    static func head(of status: HTTPStatus, _ headers: HTTPHeaders, framing: BodyFraming) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        bytes += "HTTP/1.1 ".utf8
        bytes += String(status.code).utf8
        bytes.append(HTTPCharacters.space)
        bytes += status.reason.utf8
        endLine(&bytes)
        for field in headers.fields where !isFramingField(field.name) { append(field.name, field.value, to: &bytes) }
        switch framing {
        case .fixed(let length): append("Content-Length", String(length), to: &bytes)
        case .chunked: append("Transfer-Encoding", "chunked", to: &bytes)
        case .none, .untilClose: break
        }
        endLine(&bytes)
        return bytes
    }

    /// A request's head, up to and with the empty line.
    static func head(of method: HTTPMethod, target: String, _ headers: HTTPHeaders, bodyCount: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        appendClean(method.name, to: &bytes)
        bytes.append(HTTPCharacters.space)
        appendClean(target, to: &bytes)
        bytes += " HTTP/1.1".utf8
        endLine(&bytes)
        for field in headers.fields where !isFramingField(field.name) { append(field.name, field.value, to: &bytes) }
        if bodyCount > 0 || method == .post || method == .put || method == .patch {
            append("Content-Length", String(bodyCount), to: &bytes)
        }
        endLine(&bytes)
        return bytes
    }

    /// `body` as one chunk; an empty one would end the body, so nothing is written for it.
    static func appendChunk(_ body: [UInt8], to bytes: inout [UInt8]) {
        guard !body.isEmpty else { return }
        bytes += chunkHead(body.count)
        bytes += body
        bytes += chunkEnd
    }

    /// What stands before a chunk of `count` bytes, at least one.
    static func chunkHead(_ count: Int) -> [UInt8] { Array((String(count, radix: 16) + "\r\n").utf8) }

    static let chunkEnd = Array("\r\n".utf8)

    static let lastChunk = Array("0\r\n\r\n".utf8)
    static let continueHead = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// The framing is this encoder's to write, whatever a handler put among the headers.
    private static func isFramingField(_ name: String) -> Bool {
        HTTPHeaders.isSame(name, "Content-Length") || HTTPHeaders.isSame(name, "Transfer-Encoding")
    }

    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        appendClean(name, to: &bytes)
        bytes.append(HTTPCharacters.colon)
        bytes.append(HTTPCharacters.space)
        appendClean(value, to: &bytes)
        endLine(&bytes)
    }

    /// A line's end inside a value would let whoever supplied the value write headers of their own.
    private static func appendClean(_ text: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        for index in start..<bytes.count where !HTTPCharacters.isFieldValue(bytes[index]) {
            bytes[index] = HTTPCharacters.space
        }
    }

    private static func endLine(_ bytes: inout [UInt8]) {
        bytes.append(HTTPCharacters.carriageReturn)
        bytes.append(HTTPCharacters.lineFeed)
    }
}
