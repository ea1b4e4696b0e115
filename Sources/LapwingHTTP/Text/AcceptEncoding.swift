/// What a client says about codings in `Accept-Encoding` (RFC 9110, section 12.5.3).
public enum AcceptEncoding {
    /// Whether gzip is named (or covered by `*`) with a weight above nought, and not below that of `identity`.
    public static func acceptsGzip(_ headers: HTTPHeaders) -> Bool {
        var gzip: Int?
        var identity: Int?
        var other: Int?
        for member in headers.list(of: "Accept-Encoding") {
            let parts = member.utf8.split(separator: UInt8(ascii: ";"))
            guard let first = parts.first else { continue }
            let name = String(decoding: HTTPCharacters.trimmed(first).map(HTTPCharacters.lowercased), as: UTF8.self)
            let weight = parts.dropFirst().lazy.compactMap(Self.weight).first ?? 1000
            switch name {
            case "gzip", "x-gzip": gzip = gzip ?? weight
            case "identity": identity = identity ?? weight
            case "*": other = other ?? weight
            default: break
            }
        }
        let accepted = gzip ?? other ?? 0
        return accepted > 0 && accepted >= identity ?? 0
    }

    /// The thousandths in `q=0.5`; a weight that cannot be read counts as nought.
    private static func weight(_ parameter: Substring.UTF8View) -> Int? {
        let text = HTTPCharacters.trimmed(parameter)
        guard let name = text.first, name | 0x20 == UInt8(ascii: "q") else { return nil }
        let rest = HTTPCharacters.trimmed(text.dropFirst())
        guard rest.first == UInt8(ascii: "=") else { return nil }
        let digits = Array(HTTPCharacters.trimmed(rest.dropFirst()))
        guard let whole = digits.first, whole == 0x30 || whole == 0x31, digits.count <= 5 else { return 0 }
        var value = Int(whole - 0x30) * 1000
        var scale = 100
        if digits.count > 1 {
            guard digits[1] == UInt8(ascii: ".") else { return 0 }
            for digit in digits.dropFirst(2) {
                guard HTTPCharacters.isDigit(digit) else { return 0 }
                value += Int(digit - 0x30) * scale
                scale /= 10
            }
        }
        return min(value, 1000)
    }
}
