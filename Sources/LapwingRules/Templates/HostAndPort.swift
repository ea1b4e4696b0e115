/// `host:port` taken apart and put together, as Go's `net` package does.
enum HostAndPort {
    /// The host of `host:port` or `[host]:port`; the text itself when it is neither.
    static func strippingPort(_ text: String) -> String { split(text)?.host ?? text }

    /// The first name of the host, with the port when there was one; addresses stay whole.
    static func strippingDomain(_ text: String) -> String {
        let parts = split(text)
        let host = parts?.host ?? text
        if isAddress(host) { return text }
        let name = String(host.prefix { $0 != "." })
        guard let port = parts?.port, !port.isEmpty else { return name }
        return name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
    }

    /// Nil where Go's `SplitHostPort` reports an error.
    private static func split(_ text: String) -> (host: String, port: String)? {
        let bytes = Array(text.utf8)
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        var host = bytes[..<colon]
        var afterBracket = 0
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close + 1 == colon else { return nil }
            host = bytes[1..<close]
            afterBracket = close + 1
        } else if host.contains(UInt8(ascii: ":")) {
            return nil
        }
        let opens = bytes.dropFirst(afterBracket > 0 ? 1 : 0).contains(UInt8(ascii: "["))
        if opens || bytes[afterBracket...].contains(UInt8(ascii: "]")) { return nil }
        return (String(decoding: host, as: UTF8.self), String(decoding: bytes[(colon + 1)...], as: UTF8.self))
    }

    /// Whether Go's `net.ParseIP` reads the text.
    static func isAddress(_ text: String) -> Bool {
        text.utf8.contains(UInt8(ascii: ":")) ? isVersion6(text) : isVersion4(text)
    }

    private static func isVersion4(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                let isDecimal = part.utf8.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 }
                return isDecimal && (1...3).contains(part.utf8.count) && (part == "0" || part.first != "0")
                    && UInt8(part) != nil
            }
    }

    /// Eight groups of hexadecimal digits, of which one run may be `::` and the last two an IPv4 address.
    private static func isVersion6(_ text: String) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        var count = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            var groups = half.split(separator: ":", omittingEmptySubsequences: false)
            if index == halves.count - 1, let last = groups.last, last.contains(".") {
                guard isVersion4(last) else { return false }
                groups.removeLast()
                count += 2
            }
            for group in groups {
                let isHexadecimal = group.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
                guard isHexadecimal, (1...4).contains(group.utf8.count) else { return false }
            }
            count += groups.count
        }
        return halves.count == 2 ? count < 8 : count == 8
    }
}
