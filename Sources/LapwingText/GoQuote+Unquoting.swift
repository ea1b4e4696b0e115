extension GoQuote {
    /// Why a quoted text cannot be read, and the byte of it at which that shows.
    public struct UnquoteError: Error, Sendable, Hashable {
        public var message: String
        public var offset: Int
    }

    /// The bytes that a quoted text stands for: `"…"` and `'…'` with Go's escapes, or `` `…` `` raw.
    ///
    /// Like PromQL, and unlike Go, single quotes hold any number of characters.
    /// - Throws: `UnquoteError` for a missing quote, a raw line break in an escaped form, or an escape that Go lacks.
    public static func unquote(_ quoted: [UInt8]) throws(UnquoteError) -> [UInt8] {
        guard quoted.count >= 2, let quote = quoted.first, quote == quoted[quoted.count - 1],
            [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")].contains(quote)
        else { throw UnquoteError(message: "a quoted text has no closing quote", offset: 0) }
        if quote == UInt8(ascii: "`") {
            return quoted[1..<(quoted.count - 1)].filter { $0 != UInt8(ascii: "\r") }
        }
        var result: [UInt8] = []
        result.reserveCapacity(quoted.count)
        var offset = 1
        let end = quoted.count - 1
        while offset < end {
            let byte = quoted[offset]
            if byte == UInt8(ascii: "\\") {
                try readEscape(quoted[..<end], quote: quote, at: &offset, into: &result)
            } else if byte == UInt8(ascii: "\n") {
                throw UnquoteError(message: "a line break inside quotes must be written \\n", offset: offset)
            } else if byte == quote {
                throw UnquoteError(message: "a quote inside the text must be written \\ and the quote", offset: offset)
            } else {
                result.append(byte)
                offset += 1
            }
        }
        return result
    }

    public static func unquote(_ quoted: String) throws(UnquoteError) -> String {
        String(decoding: try unquote(Array(quoted.utf8)), as: UTF8.self)
    }

    private static func readEscape(
        _ text: ArraySlice<UInt8>, quote: UInt8, at offset: inout Int, into result: inout [UInt8]
    ) throws(UnquoteError) {
        let start = offset
        guard offset + 1 < text.endIndex else {
            throw UnquoteError(message: "a backslash stands before the closing quote", offset: start)
        }
        let letter = text[offset + 1]
        offset += 2
        if let simple = simpleEscapes[letter] {
            result.append(simple)
            return
        }
        switch letter {
        case UInt8(ascii: "\\"): result.append(letter)
        case quote: result.append(letter)
        case UInt8(ascii: "x"): result.append(UInt8(try digits(2, radix: 16, text, at: &offset, start)))
        case UInt8(ascii: "u"): appendScalar(try digits(4, radix: 16, text, at: &offset, start), to: &result)
        case UInt8(ascii: "U"):
            let value = try digits(8, radix: 16, text, at: &offset, start)
            guard Unicode.Scalar(value) != nil else {
                throw UnquoteError(message: "\\U names no Unicode character", offset: start)
            }
            appendScalar(value, to: &result)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            offset -= 1
            let value = try digits(3, radix: 8, text, at: &offset, start)
            guard let byte = UInt8(exactly: value) else {
                throw UnquoteError(message: "an octal escape is at most \\377", offset: start)
            }
            result.append(byte)
        default: throw UnquoteError(message: "unknown escape sequence", offset: start)
        }
    }

    private static let simpleEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B,
    ]

    private static func digits(
        _ count: Int, radix: UInt32, _ text: ArraySlice<UInt8>, at offset: inout Int, _ start: Int
    ) throws(UnquoteError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard offset < text.endIndex, let digit = Hexadecimal.digit(text[offset]), digit < radix else {
                throw UnquoteError(message: "an escape needs \(count) digits in base \(radix)", offset: start)
            }
            value = value &* radix &+ UInt32(digit)
            offset += 1
        }
        return value
    }

    private static func appendScalar(_ value: UInt32, to result: inout [UInt8]) {
        let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
        result.append(contentsOf: String(Character(scalar)).utf8)
    }
}
