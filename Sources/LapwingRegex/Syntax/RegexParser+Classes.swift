import LapwingText

/// Escapes and bracketed classes.
extension RegexParser {
    mutating func parseEscape() throws(RegularExpressionError) -> RegexNode {
        let start = position
        guard let letter = peek(1) else {
            advance()
            throw RegularExpressionError("trailing backslash at end of expression", "", at: range(start..<position))
        }
        switch letter {
        case "A":
            advance(2)
            return .assertion(.beginText)
        case "z":
            advance(2)
            return .assertion(.endText)
        case "b":
            advance(2)
            return .assertion(.wordBoundary)
        case "B":
            advance(2)
            return .assertion(.notWordBoundary)
        default:
            if let set = try parseSetEscape() { return .set(set) }
            return literal(try parseScalarEscape())
        }
    }

    /// The letters of `\Q…\E`, or to the end; an operator behind them repeats the last one.
    mutating func parseQuoted() -> [RegexNode] {
        advance(2)
        var parts: [RegexNode] = []
        while let scalar = current {
            if scalar == "\\", peek(1) == "E" {
                advance(2)
                break
            }
            parts.append(literal(scalar))
            advance()
        }
        return parts
    }

    /// `\d`, `\S`, `\pL`, `\P{Lu}`: nil, with nothing read, when no class stands here.
    private mutating func parseSetEscape() throws(RegularExpressionError) -> ScalarSet? {
        let start = position
        let base: ScalarSet
        switch peek(1) {
        case "d", "D": base = .digits
        case "s", "S": base = .space
        case "w", "W": base = .word
        case "p", "P": return try parseUnicodeClass()
        default: return nil
        }
        let isNegative = pattern[start + 1].properties.isUppercase
        advance(2)
        let set = flags.foldsCase ? CaseFolding.closed(base) : base
        return isNegative ? set.inverted : set
    }

    private mutating func parseUnicodeClass() throws(RegularExpressionError) -> ScalarSet {
        let start = position
        var isNegative = peek(1) == "P"
        advance(2)
        guard let first = current else { throw failure("invalid character class range", from: start) }
        var name = String(first)
        advance()
        if first == "{" {
            let nameStart = position
            while current != nil, current != "}" { advance() }
            name = text(nameStart..<position)
            guard skip("}") else { throw failure("invalid character class range", from: start) }
            if name.hasPrefix("^") {
                isNegative.toggle()
                name.removeFirst()
            }
        }
        guard let set = UnicodeClasses.named(name) else { throw failure("invalid character class range", from: start) }
        let closed = flags.foldsCase ? CaseFolding.closed(set) : set
        return isNegative ? closed.inverted : closed
    }

    /// A backslash and what follows as one scalar.
    private mutating func parseScalarEscape() throws(RegularExpressionError) -> Unicode.Scalar {
        let start = position
        advance()
        guard let letter = current else {
            throw RegularExpressionError("trailing backslash at end of expression", "", at: range(start..<position))
        }
        advance()
        switch letter {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "0"..."7":
            // A single digit from 1 would be a backreference, which no linear-time engine has.
            if letter != "0", !(current.map { ("0"..."7").contains($0) } ?? false) {
                throw failure("invalid escape sequence", from: start)
            }
            var value = letter.value - 0x30
            for _ in 0..<2 {
                guard let digit = current, ("0"..."7").contains(digit) else { break }
                value = value * 8 + digit.value - 0x30
                advance()
            }
            return Unicode.Scalar(value) ?? "\u{FFFD}"
        case "x": return try parseHexadecimal(start)
        default:
            if letter.value < 0x80, letter == "_" || !ScalarSet.word.contains(letter.value) { return letter }
            throw failure("invalid escape sequence", from: start)
        }
    }

    private mutating func parseHexadecimal(_ start: Int) throws(RegularExpressionError) -> Unicode.Scalar {
        var value: UInt32 = 0
        var count = 0
        let isBraced = skip("{")
        while let scalar = current, scalar.isASCII, let digit = Character(scalar).hexDigitValue, isBraced || count < 2 {
            value = value * 16 + UInt32(digit)
            count += 1
            advance()
            if value > 0x10FFFF { throw failure("invalid escape sequence", from: start) }
        }
        guard isBraced ? count > 0 && skip("}") : count == 2, let scalar = Unicode.Scalar(value) else {
            if current != nil { advance() }
            throw failure("invalid escape sequence", from: start)
        }
        return scalar
    }

    // MARK: Brackets

    mutating func parseClass() throws(RegularExpressionError) -> ScalarSet {
        let start = position
        advance()
        let isNegative = skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while current != "]" || isFirst {
            isFirst = false
            if current == nil {
                advance(pattern.count)
                throw failure("missing closing ]", from: start)
            }
            if current == "[", peek(1) == ":", let named = try parsePosixClass() {
                ranges += named.ranges
            } else if current == "\\", let named = try parseSetEscape() {
                ranges += named.ranges
            } else {
                ranges += try parseClassRange().ranges
            }
        }
        advance()
        // As in Go, a negated class takes newlines too.
        return isNegative ? ScalarSet(ranges).inverted : ScalarSet(ranges)
    }

    private mutating func parseClassRange() throws(RegularExpressionError) -> ScalarSet {
        let start = position
        let low = try parseClassScalar()
        var high = low
        if current == "-", peek(1) != nil, peek(1) != "]" {
            advance()
            high = try parseClassScalar()
            guard high >= low else { throw failure("invalid character class range", from: start) }
        }
        let set = ScalarSet([low.value...high.value])
        return flags.foldsCase ? CaseFolding.closed(set) : set
    }

    private mutating func parseClassScalar() throws(RegularExpressionError) -> Unicode.Scalar {
        guard let scalar = current else {
            throw failure("missing closing ]", from: position)
        }
        if scalar == "\\" { return try parseScalarEscape() }
        advance()
        return scalar
    }

    /// `[:alpha:]` and its like; nil, with nothing read, when the brackets do not close as one.
    private mutating func parsePosixClass() throws(RegularExpressionError) -> ScalarSet? {
        var end = position + 2
        while end + 1 < pattern.count, !(pattern[end] == ":" && pattern[end + 1] == "]") { end += 1 }
        guard end + 1 < pattern.count else { return nil }
        let start = position
        var name = text(position + 2..<end)
        advance(end + 2 - position)
        let isNegative = name.hasPrefix("^")
        if isNegative { name.removeFirst() }
        guard let ranges = Self.posixClasses[name] else { throw failure("invalid character class range", from: start) }
        let set = flags.foldsCase ? CaseFolding.closed(ScalarSet(ranges)) : ScalarSet(ranges)
        return isNegative ? set.inverted : set
    }

    private static let posixClasses: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F],
        "blank": [9...9, 32...32], "cntrl": [0...0x1F, 0x7F...0x7F], "digit": [0x30...0x39], "graph": [0x21...0x7E],
        "lower": [0x61...0x7A], "print": [0x20...0x7E], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [9...13, 32...32], "upper": [0x41...0x5A],
        "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A],
        "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
}
