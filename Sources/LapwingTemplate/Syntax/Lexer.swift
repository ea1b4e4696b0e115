import LapwingText

/// Splits a template into tokens; an error is the last token.
///
/// Source: Go's text/template documentation, "Text and spaces" and "Actions"; messages as in Go's `parse/lex.go`.
struct Lexer {
    let bytes: [UInt8]
    let breakIsKeyword: Bool
    let continueIsKeyword: Bool
    var tokens: [Token] = []
    var start = 0
    var offset = 0
    /// The line of `start`.
    var line = 1
    var openParentheses = 0

    enum Step { case text, action, finished }

    static func tokens(of bytes: [UInt8], breakIsKeyword: Bool, continueIsKeyword: Bool) -> [Token] {
        var lexer = Lexer(bytes: bytes, breakIsKeyword: breakIsKeyword, continueIsKeyword: continueIsKeyword)
        var step = Step.text
        while step != .finished { step = step == .text ? lexer.readText() : lexer.readAction() }
        return lexer.tokens
    }

    private init(bytes: [UInt8], breakIsKeyword: Bool, continueIsKeyword: Bool) {
        self.bytes = bytes
        self.breakIsKeyword = breakIsKeyword
        self.continueIsKeyword = continueIsKeyword
        tokens.reserveCapacity(bytes.count / 8 + 4)
    }

    // MARK: Text, delimiters and comments

    private mutating func readText() -> Step {
        while offset < bytes.count, !hasPrefix("{{") { offset += 1 }
        guard offset < bytes.count else {
            if offset > start { emit(.text) }
            emit(.end)
            return .finished
        }
        let delimiter = offset
        if hasLeftTrimMarker(at: offset + 2) {
            while offset > start, Self.isSpace(bytes[offset - 1]) { offset -= 1 }
        }
        if offset > start { emit(.text) }
        offset = delimiter
        ignore()
        return readLeftDelimiter()
    }

    private mutating func readLeftDelimiter() -> Step {
        offset += 2
        let marker = hasLeftTrimMarker(at: offset) ? 2 : 0
        if hasPrefix("/*", at: offset + marker) {
            offset += marker
            ignore()
            return readComment()
        }
        emit(.leftDelimiter)
        offset += marker
        ignore()
        openParentheses = 0
        return .action
    }

    private mutating func readComment() -> Step {
        offset += 2
        while offset < bytes.count, !hasPrefix("*/") { offset += 1 }
        guard offset < bytes.count else { return fail("unclosed comment") }
        offset += 2
        let isTrimmed = hasRightTrimMarker(at: offset) && hasPrefix("}}", at: offset + 2)
        guard isTrimmed || hasPrefix("}}") else { return fail("comment ends before closing delimiter") }
        offset += isTrimmed ? 4 : 2
        if isTrimmed { skipSpaces() }
        ignore()
        return .text
    }

    mutating func readRightDelimiter() -> Step {
        let isTrimmed = hasRightTrimMarker(at: offset) && hasPrefix("}}", at: offset + 2)
        if isTrimmed {
            offset += 2
            ignore()
        }
        offset += 2
        emit(.rightDelimiter)
        if isTrimmed {
            skipSpaces()
            ignore()
        }
        return .text
    }

    // MARK: Steps

    var isAtRightDelimiter: Bool {
        hasPrefix("}}") || (hasRightTrimMarker(at: offset) && hasPrefix("}}", at: offset + 2))
    }

    func hasPrefix(_ prefix: StaticString, at position: Int? = nil) -> Bool {
        let position = position ?? offset
        guard position + 2 <= bytes.count else { return false }
        return prefix.withUTF8Buffer { $0.count == 2 && $0[0] == bytes[position] && $0[1] == bytes[position + 1] }
    }

    private func hasLeftTrimMarker(at position: Int) -> Bool {
        position + 1 < bytes.count && bytes[position] == UInt8(ascii: "-") && Self.isSpace(bytes[position + 1])
    }

    func hasRightTrimMarker(at position: Int) -> Bool {
        position + 1 < bytes.count && Self.isSpace(bytes[position]) && bytes[position + 1] == UInt8(ascii: "-")
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    mutating func skipSpaces() {
        while offset < bytes.count, Self.isSpace(bytes[offset]) { offset += 1 }
    }

    var pendingText: String { String(decoding: bytes[start..<offset], as: UTF8.self) }

    mutating func emit(_ kind: Token.Kind) {
        tokens.append(Token(kind: kind, range: SourceRange(start, offset), line: line, text: pendingText))
        ignore()
    }

    /// Leaves out what was read since the last token.
    mutating func ignore() {
        for byte in bytes[start..<max(start, offset)] where byte == UInt8(ascii: "\n") { line += 1 }
        start = offset
    }

    mutating func fail(_ message: String) -> Step {
        tokens.append(Token(kind: .error, range: SourceRange(start, offset), line: line, text: message))
        return .finished
    }
}
