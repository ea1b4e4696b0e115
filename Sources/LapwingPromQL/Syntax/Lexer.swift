import LapwingText

/// Cuts a query into tokens, as upstream's lexer does, with its errors.
///
/// Source: Prometheus 3.14 `promql/parser/lex.go`.
struct Lexer {
    private let source: [UInt8]
    private var offset = 0
    private var start = 0
    private(set) var tokens: [Token] = []
    /// The first thing that is no token; the tokens then end in `.error`.
    private(set) var error: PromQLSyntaxError?

    private var parenthesisDepth = 0
    private var isBraceOpen = false
    private var isBracketOpen = false
    private var sawColon = false
    private var sawDuration = false
    /// Whether the next token of a bracket is read as part of a duration's arithmetic.
    private var expectsDuration = false

    init(_ source: [UInt8]) { self.source = source }

    /// All tokens, the last of which is `.end` or `.error`.
    /// - Complexity: O(bytes).
    mutating func run() {
        tokens.reserveCapacity(source.count / 4 + 2)
        while true {
            skipSpaceAndComments()
            start = offset
            do throws(PromQLSyntaxError) {
                if isBraceOpen {
                    try readInsideBraces()
                } else if expectsDuration {
                    try readInsideBracket()
                } else if offset >= source.count {
                    if parenthesisDepth != 0 {
                        throw failure("unclosed left parenthesis", help: parenthesisDepth == 1 ? "a ) is missing" : "\(parenthesisDepth) ) are missing")
                    }
                    if isBracketOpen { throw failure("unclosed left bracket", help: "a ] is missing") }
                    emit(.end)
                    return
                } else {
                    try readStatement()
                }
            } catch {
                self.error = error
                tokens.append(Token(kind: .error, range: error.range))
                return
            }
        }
    }

    // MARK: Bytes

    private var current: UInt8? { offset < source.count ? source[offset] : nil }

    private func isNext(_ scalar: Unicode.Scalar) -> Bool { current == UInt8(ascii: scalar) }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard isNext(scalar) else { return false }
        offset += 1
        return true
    }

    private mutating func emit(_ kind: Token.Kind) {
        tokens.append(Token(kind: kind, range: SourceRange(start, offset)))
    }

    private func failure(_ message: String, help: String? = nil) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: SourceRange(start, source.count), help: help, in: source)
    }

    /// Upstream has handed out the token when it finds that it may not stand there: the place is behind it.
    private mutating func failureBehindToken(_ message: String, help: String? = nil) -> PromQLSyntaxError {
        start = offset
        return failure(message, help: help)
    }

    /// The character at a byte as Go's `%q` shows a rune.
    private func runeText(at index: Int) -> String {
        guard index < source.count else { return "'\u{FFFD}'" }
        let scalar = String(decoding: source[index..<min(index + 4, source.count)], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
        if scalar == "'" { return "'\\''" }
        if scalar == "\"" { return "'\"'" }
        return "'\(GoQuote.quote(String(Character(scalar))).dropFirst().dropLast())'"
    }

    private mutating func advanceRune() {
        guard let byte = current else { return }
        offset += byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        offset = min(offset, source.count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
    private static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_") }
    private static func isAlphaNumeric(_ byte: UInt8) -> Bool { isAlpha(byte) || isDigit(byte) }

    private mutating func skipSpaceAndComments() {
        while let byte = current {
            if Self.isSpace(byte) {
                offset += 1
            } else if byte == UInt8(ascii: "#"), !expectsDuration {
                while let next = current, next != 0x0A, next != 0x0D { offset += 1 }
            } else {
                return
            }
        }
    }

    // MARK: Statements

    private mutating func readStatement() throws(PromQLSyntaxError) {
        guard let byte = current else { return }
        if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && offset + 1 < source.count && Self.isDigit(source[offset + 1])) {
            return try readNumberOrDuration()
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") { return try readString() }
        if Self.isAlpha(byte) || byte == UInt8(ascii: ":") {
            return isBracketOpen ? try readWordInBracket() : readKeywordOrIdentifier()
        }
        offset += 1
        switch Unicode.Scalar(byte) {
        case ",": emit(.comma)
        case "*": emit(.binary(.multiply))
        case "/": emit(.binary(.divide))
        case "%": emit(.binary(.modulo))
        case "+": emit(.binary(.add))
        case "-": emit(.binary(.subtract))
        case "^": emit(.binary(.power))
        case "@": emit(.at)
        case "=":
            if skip("=") { return emit(.binary(.equal)) }
            if isNext("~") { throw failure("unexpected character after '=': '~'") }
            emit(.assign)
        case "!":
            guard skip("=") else { throw failure("unexpected character after '!': \(runeText(at: offset))") }
            emit(.binary(.notEqual))
        case "<": emit(.binary(skip("=") ? .lessOrEqual : skip("/") ? .trimUpper : .less))
        case ">": emit(.binary(skip("=") ? .greaterOrEqual : skip("/") ? .trimLower : .greater))
        case "(", ")": try readParenthesis(byte)
        case "{":
            emit(.leftBrace)
            isBraceOpen = true
        case "[":
            if isBracketOpen { throw failure("unexpected left bracket '['") }
            emit(.leftBracket)
            isBracketOpen = true
            sawColon = false
            expectsDuration = true
        case "]":
            guard isBracketOpen else { throw failure("unexpected right bracket ']'") }
            emit(.rightBracket)
            isBracketOpen = false
        default: throw failure("unexpected character: \(runeText(at: start))")
        }
    }

    private mutating func readParenthesis(_ byte: UInt8) throws(PromQLSyntaxError) {
        if byte == UInt8(ascii: "(") {
            emit(.leftParenthesis)
            parenthesisDepth += 1
        } else {
            emit(.rightParenthesis)
            parenthesisDepth -= 1
            if parenthesisDepth < 0 {
                tokens.removeLast()
                throw failureBehindToken("unexpected right parenthesis ')'", help: "it closes nothing; take it away, or open one before")
            }
        }
    }

    private mutating func readKeywordOrIdentifier() {
        var hasColon = false
        while let byte = current, Self.isAlphaNumeric(byte) || byte == UInt8(ascii: ":") {
            hasColon = hasColon || byte == UInt8(ascii: ":")
            offset += 1
        }
        if offset - start <= Token.longestWord, let kind = Token.words[lowercasedText] {
            // Words of the younger modifiers stay metric names where no parenthesis follows.
            if case .keyword(let keyword) = kind, keyword.isFill, !isLeftParenthesisAhead { return emit(.identifier) }
            return emit(kind)
        }
        emit(hasColon ? .metricIdentifier : .identifier)
    }

    /// The text since the token's start, of ASCII, in lower case.
    private var lowercasedText: String {
        String(unsafeUninitializedCapacity: offset - start) { buffer in
            for index in 0..<(offset - start) {
                let byte = source[start + index]
                buffer[index] = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
            }
            return offset - start
        }
    }

    private var isLeftParenthesisAhead: Bool {
        source[offset...].first { !Self.isSpace($0) } == UInt8(ascii: "(")
    }

    // MARK: Brackets

    private mutating func readWordInBracket() throws(PromQLSyntaxError) {
        if skip(":") {
            if sawColon { throw failure("unexpected colon ':'") }
            sawColon = true
            return emit(.colon)
        }
        if readDurationKeyword() { return }
        throw failure("unexpected character: \(runeText(at: start)), expected ':'")
    }

    private mutating func readDurationKeyword() -> Bool {
        while let byte = current, Self.isAlpha(byte) { offset += 1 }
        let word = String(decoding: source[start..<offset], as: UTF8.self).lowercased()
        guard let preprocessor = Token.Preprocessor(rawValue: word), preprocessor != .start, preprocessor != .end else { return false }
        emit(.preprocessor(preprocessor))
        return true
    }

    private mutating func readInsideBracket() throws(PromQLSyntaxError) {
        guard let byte = current else { throw failure("unexpected end of input in duration expression") }
        if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && offset + 1 < source.count && Self.isDigit(source[offset + 1])) {
            sawDuration = true
            expectsDuration = false
            return try readNumberOrDuration()
        }
        if Self.isAlpha(byte) {
            if readDurationKeyword() { return }
            throw failure("unexpected character in duration expression: \(runeText(at: start))")
        }
        offset += 1
        switch Unicode.Scalar(byte) {
        case "]":
            emit(.rightBracket)
            isBracketOpen = false
            sawColon = false
            expectsDuration = false
        case ":":
            if !sawDuration { throw failureBehindToken("unexpected colon before duration in duration expression") }
            if sawColon { throw failureBehindToken("unexpected repeated colon in duration expression") }
            emit(.colon)
            sawColon = true
        case "(", ")": try readParenthesis(byte)
        case "+": emit(.binary(.add))
        case "-": emit(.binary(.subtract))
        case "*": emit(.binary(.multiply))
        case "/": emit(.binary(.divide))
        case "%": emit(.binary(.modulo))
        case "^": emit(.binary(.power))
        case ",": emit(.comma)
        default: throw failure("unexpected character in duration expression: \(runeText(at: start))")
        }
    }

    // MARK: Braces

    private mutating func readInsideBraces() throws(PromQLSyntaxError) {
        guard let byte = current else { throw failure("unexpected end of input inside braces", help: "a } is missing") }
        if Self.isAlpha(byte) {
            while let next = current, Self.isAlphaNumeric(next) { offset += 1 }
            return emit(.identifier)
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") { return try readString() }
        offset += 1
        switch Unicode.Scalar(byte) {
        case ",": emit(.comma)
        case "=": emit(skip("~") ? .equalRegex : .assign)
        case "!":
            if skip("~") {
                emit(.notEqualRegex)
            } else if skip("=") {
                emit(.binary(.notEqual))
            } else {
                throw failure("unexpected character after '!' inside braces: \(runeText(at: offset))")
            }
        case "{": throw failure("unexpected left brace '{'")
        case "}":
            emit(.rightBrace)
            isBraceOpen = false
        default:
            let isValue = tokens.last.map { [.assign, .equalRegex, .notEqualRegex, .binary(.notEqual)].contains($0.kind) } ?? false
            throw failure(
                "unexpected character inside braces: \(runeText(at: start))", help: isValue ? "a label's value stands in quotes" : nil)
        }
    }

    // MARK: Literals

    private mutating func readString() throws(PromQLSyntaxError) {
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
            throw failure("unknown escape sequence \(codePointText(at: offset))")
        }
        if radix == 16 { offset += 1 }
        var value = 0
        for _ in 0..<count {
            guard let byte = current else { throw failure("escape sequence not terminated") }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else {
                throw failure("illegal character \(codePointText(at: offset)) in escape sequence")
            }
            value = value * radix + digit
            offset += 1
        }
        if value > limit || (0xD800..<0xE000).contains(value) {
            throw failure("escape sequence is an invalid Unicode code point")
        }
    }

    /// Go's `%#U`: `U+0071 'q'`.
    private func codePointText(at index: Int) -> String {
        let scalar = String(decoding: source[index..<min(index + 4, source.count)], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return GoQuote.isPrintable(scalar) ? "\(code) '\(scalar)'" : code
    }

    private mutating func readNumberOrDuration() throws(PromQLSyntaxError) {
        if readNumber() { return emit(.number) }
        if readRestOfDuration() { return emit(.duration) }
        throw failure(
            "bad number or duration syntax: \(GoQuote.quote(bytes: Array(source[start..<offset])))",
            help: "durations are written like 30s, 5m, 1h30m")
    }

    /// Reads a number's characters; whether they make a number is the parser's to say.
    private mutating func readNumber() -> Bool {
        var isHexadecimal = false
        if skip("0"), isNext("x") || isNext("X") {
            offset += 1
            isHexadecimal = true
            _ = skip("_")
        }
        func isNumberDigit(_ byte: UInt8) -> Bool {
            Self.isDigit(byte) || (isHexadecimal && (byte | 0x20) &- UInt8(ascii: "a") < 6)
        }
        // Upstream does not count a point that begins the number: `.5.5` is for the parser to refuse.
        _ = skip(".")
        var sawPoint = false
        var sawExponent = false
        while let byte = current {
            if isNumberDigit(byte) {
                offset += 1
            } else if byte == UInt8(ascii: ".") {
                offset += 1
                if sawPoint || skip("_") || skip(".") || isHexadecimal { return false }
                sawPoint = true
            } else if byte | 0x20 == UInt8(ascii: "e") {
                offset += 1
                if sawExponent { return false }
                sawExponent = true
                if !skip("+") { _ = skip("-") }
                if isCutShort() { return false }
            } else if byte == UInt8(ascii: "_") {
                offset += 1
                if isCutShort() { return false }
            } else {
                break
            }
        }
        return current.map { !Self.isAlphaNumeric($0) } ?? true
    }

    /// Whether what follows an exponent's letter or `_` cannot; it is then read, to be quoted.
    private mutating func isCutShort() -> Bool {
        guard let next = current else { return true }
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: "_") || next | 0x20 == UInt8(ascii: "e") else { return false }
        offset += 1
        return true
    }

    /// The unit behind a number, and further numbers with units.
    private mutating func readRestOfDuration() -> Bool {
        guard acceptUnit(of: "smhdwy") else { return false }
        while let byte = current, Self.isDigit(byte) {
            while let digit = current, Self.isDigit(digit) { offset += 1 }
            guard acceptUnit(of: "smhdw") else { return false }
        }
        // What upstream quotes holds the letter or digit that may not follow.
        guard let next = current, Self.isAlphaNumeric(next) else { return true }
        offset += 1
        return false
    }

    private mutating func acceptUnit(of letters: String) -> Bool {
        guard let byte = current, letters.utf8.contains(byte) else { return false }
        offset += 1
        _ = skip("s")
        return true
    }
}
