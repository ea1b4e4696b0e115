import LapwingText

/// A numeric literal, which has no type until it is used: it may fit several.
struct Number: Sendable {
    var text: String
    var integer: Int64?
    /// Set when the literal fits `uint64`.
    var unsigned: UInt64?
    var float: Double?

    struct Malformed: Error { var message: String }

    init(characterConstant text: String) throws(Malformed) {
        guard let value = try Self.character(text) else {
            throw Malformed(message: "malformed character constant: \(text)")
        }
        self.init(text: text, integer: Int64(value), unsigned: UInt64(value), float: Double(value))
    }

    private init(text: String, integer: Int64?, unsigned: UInt64?, float: Double?) {
        self.text = text
        self.integer = integer
        self.unsigned = unsigned
        self.float = float
    }

    init(_ text: String) throws(Malformed) {
        if text.utf8.last == UInt8(ascii: "i"), GoNumber.parse(text.dropLast()) != nil || text.dropFirst().contains("+")
        {
            throw Malformed(message: "complex numbers are not supported: \(GoQuote.quote(text))")
        }
        self.init(text: text, integer: nil, unsigned: nil, float: nil)
        if let (magnitude, isNegative) = Self.wholeNumber(text) {
            if text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+") {
                unsigned = magnitude == 0 ? 0 : nil
            } else {
                unsigned = magnitude
            }
            integer =
                isNegative
                ? (magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil)
                : Int64(exactly: magnitude)
            float = integer.map { Double($0) } ?? unsigned.map { Double($0) }
        }
        if integer == nil, unsigned == nil { try readFloat() }
    }

    private mutating func readFloat() throws(Malformed) {
        guard Self.underscoresAreRight(text), let value = GoNumber.parse(text.filter { $0 != "_" }), value.isFinite
        else { throw Malformed(message: "illegal number syntax: \(GoQuote.quote(text))") }
        guard text.contains(where: { ".eEpP".contains($0) }) else {
            throw Malformed(message: "integer overflow: \(GoQuote.quote(text))")
        }
        float = value
        integer = Int64(exactly: value)
        unsigned = UInt64(exactly: value)
    }

    /// Whether the literal is a float where nothing says otherwise.
    var isFloatByItself: Bool {
        let bytes = Array(text.utf8)
        let isHexadecimal = bytes.count > 2 && bytes[0] == UInt8(ascii: "0") && bytes[1] | 0x20 == UInt8(ascii: "x")
        if bytes.first == UInt8(ascii: "'") { return false }
        let hasBinaryExponent = bytes.contains { $0 | 0x20 == UInt8(ascii: "p") }
        if isHexadecimal { return hasBinaryExponent }
        return bytes.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") } || hasBinaryExponent
    }

    /// What `strconv.ParseInt(text, 0, 64)` reads: a sign, a base prefix, digits, underscores between them.
    private static func wholeNumber(_ text: String) -> (magnitude: UInt64, isNegative: Bool)? {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        guard let first = bytes.first, underscoresAreRight(text) else { return nil }
        var radix = 10
        if first == UInt8(ascii: "0"), bytes.count > 1 {
            switch bytes[bytes.startIndex + 1] | 0x20 {
            case UInt8(ascii: "x"): radix = 16
            case UInt8(ascii: "o"): radix = 8
            case UInt8(ascii: "b"): radix = 2
            default: radix = -8
            }
            bytes = bytes.dropFirst(radix < 0 ? 1 : 2)
        }
        let digits = bytes.filter { $0 != UInt8(ascii: "_") }
        guard let head = digits.first, head != UInt8(ascii: "+"), head != UInt8(ascii: "-") else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self), radix: abs(radix)).map { ($0, isNegative) }
    }

    /// Underscores may stand between digits and after a base prefix, one at a time.
    private static func underscoresAreRight(_ text: String) -> Bool {
        guard text.utf8.contains(UInt8(ascii: "_")) else { return true }
        var previous = UInt8(ascii: "+")
        for byte in text.utf8 {
            let isDigit = Character(Unicode.Scalar(byte)).isHexDigit
            if byte == UInt8(ascii: "_") {
                let isAfterPrefix = [UInt8(ascii: "x"), UInt8(ascii: "o"), UInt8(ascii: "b")].contains(previous | 0x20)
                if !isAfterPrefix, !Character(Unicode.Scalar(previous)).isHexDigit { return false }
            } else if previous == UInt8(ascii: "_"), !isDigit {
                return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: "_")
    }

    /// The code point of `'a'`, `'\n'`, `'\xFF'`, `'\u30d1'`; nil when the quotes hold more than one character.
    private static func character(_ text: String) throws(Malformed) -> UInt32? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 3, let content = try? GoQuote.unquote(bytes) else {
            throw Malformed(message: "invalid syntax")
        }
        let escapesByte = bytes[1] == UInt8(ascii: "\\") && (bytes[2] == UInt8(ascii: "x") || Lexer.isDigit(bytes[2]))
        if escapesByte { return content.count == 1 ? UInt32(content[0]) : nil }
        let scalars = Array(String(decoding: content, as: UTF8.self).unicodeScalars)
        return scalars.count == 1 ? scalars[0].value : nil
    }
}
