import LapwingText

/// Cuts a query into tokens, as upstream's lexer does, with its errors.
///
/// Source: Prometheus 3.14 `promql/parser/lex.go`.
struct Lexer {
    let source: [UInt8]
    var offset = 0
    var start = 0
    var tokens: [Token] = []
    /// The first thing that is no token; the tokens then end in `.error`.
    private(set) var error: PromQLSyntaxError?

    private var parenthesisDepth = 0
    var isBraceOpen = false
    var isBracketOpen = false
    var sawColon = false
    var sawDuration = false
    /// Whether the next token of a bracket is read as part of a duration's arithmetic.
    var expectsDuration = false

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
                        throw failure(
                            "unclosed left parenthesis",
                            help: parenthesisDepth == 1 ? "a ) is missing" : "\(parenthesisDepth) ) are missing")
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

    var current: UInt8? { offset < source.count ? source[offset] : nil }

    func isNext(_ scalar: Unicode.Scalar) -> Bool { current == UInt8(ascii: scalar) }

    var isNumberAhead: Bool {
        guard let byte = current else { return false }
        return Self.isDigit(byte) || (byte == UInt8(ascii: ".") && offset + 1 < source.count && Self.isDigit(source[offset + 1]))
    }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard isNext(scalar) else { return false }
        offset += 1
        return true
    }

    mutating func emit(_ kind: Token.Kind) {
        tokens.append(Token(kind: kind, range: SourceRange(start, offset)))
    }

    func failure(_ message: String, help: String? = nil) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: SourceRange(start, source.count), help: help, in: source)
    }

    /// Upstream has handed out the token when it finds that it may not stand there: the place is behind it.
    mutating func failureBehindToken(_ message: String, help: String? = nil) -> PromQLSyntaxError {
        start = offset
        return failure(message, help: help)
    }

    // MARK: Bytes

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
    static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_") }
    static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") }
    static func isAlphaNumeric(_ byte: UInt8) -> Bool { isAlpha(byte) || isDigit(byte) }

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
        if isNumberAhead {
            return try readNumberOrDuration()
        }
        if Self.isQuote(byte) { return try readString() }
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

    mutating func readParenthesis(_ byte: UInt8) throws(PromQLSyntaxError) {
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
}
