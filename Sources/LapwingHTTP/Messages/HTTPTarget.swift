import LapwingText

/// A request's target: path and query, taken apart once.
public struct HTTPTarget: Sendable, Equatable {
    /// The path with its escapes resolved.
    public let path: String
    /// The path as it was sent.
    let rawPath: String
    /// What follows the question mark, as it was sent; nil when there is none.
    let rawQuery: String?

    /// Reads an origin-form, absolute-form or asterisk-form target (RFC 9112, section 3.2).
    ///
    /// nil for a path with a broken escape, or a target that is none of these.
    public init?(_ text: String) {
        var origin = text[...]
        if text.first != "/" {
            if text == "*" {
                (path, rawPath, rawQuery) = ("*", "*", nil)
                return
            }
            guard let url = try? HTTPURL(text) else { return nil }
            origin = url.requestTarget[...]
        }
        let bytes = origin.utf8
        let question = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        // No browser sends a fragment; what follows a number sign is cut, as Go does.
        let sign = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.endIndex
        let rawPath = origin[..<min(question, sign)]
        guard let path = PercentCoding.decode(rawPath.utf8) else { return nil }
        self.path = path
        self.rawPath = String(rawPath)
        rawQuery = question < sign ? String(origin[bytes.index(after: question)..<sign]) : nil
    }

    /// The same as seen from below `prefix`, a path such as `/lap`; nil where it does not stand there.
    func below(_ prefix: String) -> HTTPTarget? {
        guard !prefix.isEmpty, rawPath.utf8.starts(with: (prefix + "/").utf8) else { return nil }
        let rest = String(decoding: rawPath.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        return HTTPTarget(rawQuery.map { rest + "?" + $0 } ?? rest)
    }
}
