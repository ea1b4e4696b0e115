import LapwingText

/// What stands in brackets and in braces.
extension Lexer {
    // MARK: Brackets

    mutating func readWordInBracket() throws(PromQLSyntaxError) {
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

    mutating func readInsideBracket() throws(PromQLSyntaxError) {
        guard let byte = current else { throw failure("unexpected end of input in duration expression") }
        if isNumberAhead {
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

    mutating func readInsideBraces() throws(PromQLSyntaxError) {
        guard let byte = current else { throw failure("unexpected end of input inside braces", help: "a } is missing") }
        if Self.isAlpha(byte) {
            while let next = current, Self.isAlphaNumeric(next) { offset += 1 }
            return emit(.identifier)
        }
        if Self.isQuote(byte) { return try readString() }
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
}
