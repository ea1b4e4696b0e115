import LapwingText

/// The parts of an absolute `http` or `https` URL (RFC 3986), still percent-encoded but for user and password.
public struct HTTPURL: Sendable, Equatable, CustomStringConvertible {
    /// `http` or `https`.
    public var scheme: String
    public var user: String?
    public var password: String?
    /// A name or an address, in lower case; IPv6 without its brackets.
    public var host: String
    /// The port as written, or nil.
    public var port: Int?
    /// Starts with a slash.
    public var path: String
    /// What follows the question mark, or nil.
    public var query: String?

    var isSecure: Bool { scheme == "https" }
    public var effectivePort: Int { port ?? (isSecure ? 443 : 80) }

    /// Whether it names this machine: `localhost`, 127.0.0.0/8 or `::1`.
    public var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || $0 &- 48 < 10 }
    }

    /// Path and query, as a request line has them.
    public var requestTarget: String { query.map { path + "?" + $0 } ?? path }

    /// `host`, or `host:port` when the port is not the scheme's own: what a `Host` field holds.
    public var authority: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port.map { $0 == (isSecure ? 443 : 80) ? name : "\(name):\($0)" } ?? name
    }

    /// The URL without user and password, fit to be shown and logged.
    public var description: String { "\(scheme)://\(authority)\(requestTarget)" }

    /// The same of a text, whatever is in it.
    public static func shown(_ text: String) -> String { (try? HTTPURL(text))?.description ?? "(no URL)" }

    /// What may be shown of an address whose path or query can be a secret, as a webhook's is: `https://hooks.example.org/…`.
    public var redacted: String { "\(scheme)://\(authority)/" + (requestTarget == "/" ? "" : "…") }

    /// The same of a text, whatever is in it.
    public static func redacted(_ text: String) -> String { (try? HTTPURL(text))?.redacted ?? "(no URL)" }
}

/// Why a text is not a URL that can be fetched; it does not hold the text, in which there may be secrets.
public struct HTTPURLError: Error, Equatable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension HTTPURL {
    /// The longest URL that is read, in bytes.
    static let maxBytes = 65_536

    /// - Throws: what was found that does not belong into an `http` or `https` URL.
    public init(_ text: String) throws(HTTPURLError) {
        guard text.utf8.count <= Self.maxBytes else {
            throw HTTPURLError("the URL has \(text.utf8.count) bytes; at most \(Self.maxBytes) are allowed")
        }
        if let bad = text.utf8.first(where: { $0 <= 0x20 || $0 == 0x7F }) {
            throw HTTPURLError("a URL cannot hold the byte 0x\(String(bad, radix: 16)); encode it")
        }
        guard let separator = Self.range(of: "://", in: text) else {
            throw HTTPURLError("no scheme; expected http://… or https://…")
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw HTTPURLError("unsupported protocol scheme \"\(scheme)\"; expected http or https")
        }
        self.scheme = scheme
        let beforeFragment = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = beforeFragment.prefix { $0 != "/" && $0 != "?" }
        let rest = beforeFragment[authority.endIndex...]
        let pathText = rest.prefix { $0 != "?" }
        path = pathText.isEmpty ? "/" : String(pathText)
        query = pathText.endIndex < rest.endIndex ? String(rest[rest.index(after: pathText.endIndex)...]) : nil

        var hostText = authority
        (user, password) = (nil, nil)
        if let at = authority.lastIndex(of: "@") {
            hostText = authority[authority.index(after: at)...]
            let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode((parts.first ?? "").utf8),
                let secret = PercentCoding.decode((parts.count > 1 ? parts[1] : "").utf8)
            else { throw HTTPURLError("invalid escape in the URL's user information") }
            user = name
            password = parts.count > 1 ? secret : nil
        }
        (host, port) = try Self.hostAndPort(hostText)
    }

    private static func hostAndPort(_ text: Substring) throws(HTTPURLError) -> (String, Int?) {
        var host = text
        var portText: Substring?
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else {
                throw HTTPURLError("missing ']' in host")
            }
            host = text[text.index(after: text.startIndex)..<close]
            let after = text[text.index(after: close)...]
            guard after.isEmpty || after.first == ":" else {
                throw HTTPURLError("found \"\(after)\" after the host; expected a port")
            }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw HTTPURLError("no host") }
        guard text.first == "[" || !host.contains(":") else {
            throw HTTPURLError("an IPv6 address needs brackets")
        }
        guard let portText, !portText.isEmpty else { return (host.lowercased(), nil) }
        guard portText.utf8.allSatisfy(HTTPCharacters.isDigit), let port = Int(portText), port <= 65_535 else {
            throw HTTPURLError("invalid port \":\(portText)\" after host")
        }
        return (host.lowercased(), port)
    }

    private static func range(of pattern: String, in text: String) -> Range<String.Index>? {
        let wanted = Array(pattern.utf8)
        var index = text.utf8.startIndex
        while index < text.utf8.endIndex {
            let candidate = text.utf8[index...].prefix(wanted.count)
            if candidate.elementsEqual(wanted) { return index..<candidate.endIndex }
            text.utf8.formIndex(after: &index)
        }
        return nil
    }

    /// The URL that a `Location` field names, seen from this one (RFC 3986, section 5.2).
    func resolving(_ reference: String) throws(HTTPURLError) -> HTTPURL {
        if let separator = Self.range(of: "://", in: reference),
            reference[..<separator.lowerBound].utf8.allSatisfy(HTTPCharacters.isLetter)
        {
            return try HTTPURL(reference)
        }
        if reference.hasPrefix("//") { return try HTTPURL("\(scheme):\(reference)") }
        let root = "\(scheme)://\(authority)"
        if reference.hasPrefix("/") { return try HTTPURL(root + Self.withoutDots(reference)) }
        if reference.hasPrefix("?") { return try HTTPURL(root + path + reference) }
        if reference.isEmpty || reference.hasPrefix("#") { return self }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return try HTTPURL(root + Self.withoutDots(folder + reference))
    }

    /// Resolves `.` and `..` segments of a path that a query may follow.
    private static func withoutDots(_ text: String) -> String {
        let path = text.prefix { $0 != "?" && $0 != "#" }
        var kept: [Substring] = []
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            if segment == ".." { _ = kept.popLast() }
            if segment == ".." || segment == "." {
                if isLast { kept.append("") }
            } else {
                kept.append(segment)
            }
        }
        return "/" + kept.joined(separator: "/") + text[path.endIndex...]
    }
}
