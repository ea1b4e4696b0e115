/// An address and port that something listens on.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address as text.
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:9090` or `[::1]:9090`.
    public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Takes `host:port`, `[address]:port` or `:port` apart; nil when there is no port from 0 to 65535.
    public static func split(_ text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(HTTPCharacters.isDigit), let port = Int(digits), port <= 65_535
        else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return (String(host), port)
    }
}

/// What the system said when asked for something about a socket.
public struct SocketError: Error, Equatable, CustomStringConvertible {
    /// What was tried, such as `listen 127.0.0.1:9090`.
    public let operation: String
    /// The system's `errno`, or 0.
    public let code: Int32
    public let reason: String

    public var description: String { "\(operation): \(reason)" }
}
