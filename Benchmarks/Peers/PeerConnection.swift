// Unsafe memory: `connect`, `send` and `recv` take pointers; none outlives its call.
import Glibc

/// One kept-alive connection to a server on this machine, which reads answers whole and keeps them only when asked:
/// a client that costs next to nothing, so that what is measured is the server.
final class PeerConnection {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    struct Reply {
        var status: Int
        /// Empty when it was not to be kept.
        var body: [UInt8]
        /// Bytes of the body.
        var length: Int
    }

    let port: UInt16
    private var descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    /// What of the buffer has come and was not taken yet.
    private var pending = 0..<0
    private let isOver: (@Sendable () -> Bool)?

    /// - Parameter isOver: asked five times a second while the server lets us wait; true gives the exchange up.
    init(port: UInt16, isOver: (@Sendable () -> Bool)? = nil) throws(Failure) {
        self.port = port
        self.isOver = isOver
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = PeerConnection.address(port: port)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if result != 0 {
            close(descriptor)
            descriptor = -1
            throw Failure(description: "nothing listens on port \(port)")
        }
        guard isOver != nil else { return }
        var patience = timeval(tv_sec: 0, tv_usec: 200_000)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] { setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// A port that was free a moment ago.
    static func freePort() -> UInt16 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length)
                getsockname(listener, $0, &length)
            }
            return UInt16(bigEndian: $0.pointee.sin_port)
        }
    }

    /// Sends a request and reads the whole answer.
    func exchange(
        _ method: String, _ path: String, headers: String = "", body: [UInt8] = [], keepsBody: Bool = true
    ) throws(Failure) -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(headers)"
        if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
        try write(Array((head + "\r\n").utf8) + body)
        let words = try line().split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { throw Failure(description: "an answer without a status line") }
        var length = 0
        var isChunked = false
        while true {
            let header = try line().lowercased()
            if header.isEmpty { break }
            let value = header.drop { $0 != ":" }.dropFirst().drop { $0 == " " }
            if header.hasPrefix("content-length:") { length = Int(value) ?? 0 }
            if header.hasPrefix("transfer-encoding:") { isChunked = value.contains("chunked") }
        }
        var reply = Reply(status: status, body: [], length: 0)
        if !isChunked {
            try take(length, keepsBody, &reply)
            return reply
        }
        while true {
            guard let size = Int(try line().prefix { $0 != ";" }, radix: 16) else { throw Failure(description: "a chunk without a size") }
            try take(size, keepsBody, &reply)
            _ = try line()
            if size == 0 { return reply }
        }
    }

    /// Sends a request of remote write 1.0.
    ///
    /// - Parameter message: as snappy has made it.
    func remoteWrite(_ message: [UInt8]) throws(Failure) -> Reply {
        let headers = "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\n"
        return try exchange("POST", "/api/v1/write", headers: headers, body: message)
    }

    private func take(_ count: Int, _ keepsBody: Bool, _ reply: inout Reply) throws(Failure) {
        var rest = count
        reply.length += count
        while rest > 0 {
            if pending.isEmpty { try fill() }
            let part = min(rest, pending.count)
            if keepsBody { reply.body += buffer[pending.lowerBound..<pending.lowerBound + part] }
            pending = pending.lowerBound + part..<pending.upperBound
            rest -= part
        }
    }

    /// The next line without its end.
    private func line() throws(Failure) -> String {
        var bytes: [UInt8] = []
        while true {
            if pending.isEmpty { try fill() }
            let byte = buffer[pending.lowerBound]
            pending = pending.lowerBound + 1..<pending.upperBound
            if byte == UInt8(ascii: "\n") { break }
            if byte != UInt8(ascii: "\r") { bytes.append(byte) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func fill() throws(Failure) {
        var count = 0
        repeat {
            count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        } while count < 0 && mayWait
        if count <= 0 { throw Failure(description: "the server on port \(port) ended the connection") }
        pending = 0..<count
    }

    /// Whether the server only has not answered yet.
    private var mayWait: Bool { errno == EAGAIN && isOver.map { !$0() } ?? false }

    func write(_ bytes: [UInt8]) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL)) }
            if count < 0, mayWait { continue }
            if count <= 0 { throw Failure(description: "the server on port \(port) takes no more") }
            sent += count
        }
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
