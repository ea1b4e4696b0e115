import LapwingText

/// Strings in quotes, and characters as messages show them.
extension Lexer {
    mutating func readString() throws(PromQLSyntaxError) {
        let quote = source[offset]
        let isRaw = quote == UInt8(ascii: "`")
        offset += 1
        while true {
            guard let byte = current, isRaw || byte != 0x0A else {
                throw failure(isRaw ? "unterminated raw string" : "unterminated quoted string")
            }
            if byte == quote { break }
            if byte >= 0x80 {
                try checkScalar()
            } else if byte == UInt8(ascii: "\\"), !isRaw {
                offset += 1
                try readEscape(quote)
            } else {
                offset += 1
            }
        }
        offset += 1
        emit(.string)
    }

    private mutating func checkScalar() throws(PromQLSyntaxError) {
        let before = offset
        advanceRune()
        guard String(validating: source[before..<offset], as: UTF8.self) != nil,
            !source[before..<offset].elementsEqual([0xEF, 0xBF, 0xBD])
        else { throw failure("invalid UTF-8 rune") }
    }

    private mutating func readEscape(_ quote: UInt8) throws(PromQLSyntaxError) {
        guard let letter = current else { throw failure("escape sequence not terminated") }
        let count: Int
        let radix: Int
        let limit: Int
        switch Unicode.Scalar(letter) {
        case "a", "b", "f", "n", "r", "t", "v", "\\":
            offset += 1
            return
        case "0"..."7": (count, radix, limit) = (3, 8, 255)
        case "x": (count, radix, limit) = (2, 16, 255)
        case "u": (count, radix, limit) = (4, 16, 0x10FFFF)
        case "U": (count, radix, limit) = (8, 16, 0x10FFFF)
        default:
            if letter == quote {
                offset += 1
                return
            }
            throw failure("unknown escape sequence \(GoQuote.codePoint(scalar(at: offset)))")
        }
        if radix == 16 { offset += 1 }
        var value = 0
        for _ in 0..<count {
            guard let byte = current else { throw failure("escape sequence not terminated") }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else {
                throw failure("illegal character \(GoQuote.codePoint(scalar(at: offset))) in escape sequence")
            }
            value = value * radix + digit
            offset += 1
        }
        if value > limit || (0xD800..<0xE000).contains(value) {
            throw failure("escape sequence is an invalid Unicode code point")
        }
    }

    private mutating func advanceRune() {
        guard let byte = current else { return }
        offset += byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        offset = min(offset, source.count)
    }

    func scalar(at index: Int) -> Unicode.Scalar {
        String(decoding: source[index..<min(index + 4, source.count)], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }

    /// The character at a byte as Go's `%q` shows a rune.
    func runeText(at index: Int) -> String {
        guard index < source.count else { return "'\u{FFFD}'" }
        let scalar = scalar(at: index)
        if scalar == "'" { return "'\\''" }
        if scalar == "\"" { return "'\"'" }
        return "'\(GoQuote.quote(String(Character(scalar))).dropFirst().dropLast())'"
    }
}
