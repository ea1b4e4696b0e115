import LapwingText

extension Lexer {
    /// Reads one token inside an action.
    mutating func readAction() -> Step {
        if isAtRightDelimiter {
            return openParentheses == 0 ? readRightDelimiter() : fail("unclosed left paren")
        }
        guard offset < bytes.count else { return fail("unclosed action") }
        let byte = bytes[offset]
        switch byte {
        case 0x20, 0x09, 0x0D, 0x0A: return readSpace()
        case UInt8(ascii: "="): return single(.assign)
        case UInt8(ascii: "|"): return single(.pipe)
        case UInt8(ascii: ":"):
            offset += 1
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "=") else { return fail("expected :=") }
            return single(.declare)
        case UInt8(ascii: "\""): return readQuoted(byte, .string, "unterminated quoted string")
        case UInt8(ascii: "'"): return readQuoted(byte, .characterConstant, "unterminated character constant")
        case UInt8(ascii: "`"): return readRawString()
        case UInt8(ascii: "$"):
            offset += 1
            return readName(.variable, alone: .variable)
        case UInt8(ascii: "."):
            if offset + 1 < bytes.count, !Self.isDigit(bytes[offset + 1]) {
                offset += 1
                return readName(.field, alone: .dot)
            }
            return readNumber()
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return readNumber()
        case UInt8(ascii: "("):
            openParentheses += 1
            return single(.leftParenthesis)
        case UInt8(ascii: ")"):
            openParentheses -= 1
            if openParentheses < 0 {
                offset += 1
                return fail("unexpected right paren")
            }
            return single(.rightParenthesis)
        default: return readWord(byte)
        }
    }

    private mutating func single(_ kind: Token.Kind) -> Step {
        offset += 1
        emit(kind)
        return .action
    }

    /// A run of spaces, but for the one that belongs to a trim marker before the closing delimiter.
    private mutating func readSpace() -> Step {
        skipSpaces()
        if hasRightTrimMarker(at: offset - 1), hasPrefix("}}", at: offset + 1) {
            offset -= 1
            if offset == start { return readRightDelimiter() }
        }
        emit(.space)
        return .action
    }

    private mutating func readQuoted(_ quote: UInt8, _ kind: Token.Kind, _ complaint: String) -> Step {
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") {
            let byte = bytes[offset]
            offset += 1
            if byte == quote {
                emit(kind)
                return .action
            }
            if byte == UInt8(ascii: "\\"), offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
        }
        return fail(complaint)
    }

    private mutating func readRawString() -> Step {
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "`") { offset += 1 }
        guard offset < bytes.count else { return fail("unterminated raw quoted string") }
        return single(.rawString)
    }

    /// The name after a dot or dollar sign, which may be empty.
    private mutating func readName(_ kind: Token.Kind, alone: Token.Kind) -> Step {
        if isAtTerminator {
            emit(alone)
            return .action
        }
        skipAlphanumeric()
        guard isAtTerminator else { return badCharacter() }
        emit(kind)
        return .action
    }

    private mutating func readWord(_ byte: UInt8) -> Step {
        guard let scalar = scalar(at: offset) else { return fail("unclosed action") }
        guard Self.isAlphanumeric(scalar) else {
            if byte > 0x20, byte < 0x7F { return single(.character) }
            offset = min(bytes.count, offset + Self.length(of: scalar))
            return fail("unrecognized character in action: \(GoQuote.codePoint(scalar))")
        }
        skipAlphanumeric()
        guard isAtTerminator else { return badCharacter() }
        let word = pendingText
        switch Token.keywords[word] {
        case .breakKeyword? where !breakIsKeyword, .continueKeyword? where !continueIsKeyword: emit(.identifier)
        case let keyword?: emit(keyword)
        case nil: emit(word == "true" || word == "false" ? .boolean : .identifier)
        }
        return .action
    }

    private mutating func badCharacter() -> Step {
        guard let scalar = scalar(at: offset) else { return fail("unclosed action") }
        return fail("bad character \(GoQuote.codePoint(scalar))")
    }

    private mutating func skipAlphanumeric() {
        while offset < bytes.count, Self.isAlphanumeric(bytes[offset]) { offset += 1 }
        while let scalar = scalar(at: offset), Self.isAlphanumeric(scalar) { offset += Self.length(of: scalar) }
    }

    /// Whether what follows may stand after a name: `.X.Y` is two names, `$x+2` none.
    private var isAtTerminator: Bool {
        guard offset < bytes.count else { return true }
        switch bytes[offset] {
        case 0x20, 0x09, 0x0D, 0x0A, UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: ":"),
            UInt8(ascii: ")"), UInt8(ascii: "("):
            return true
        default: return hasPrefix("}}")
        }
    }

    // MARK: Numbers

    private mutating func readNumber() -> Step {
        guard scanNumber() else { return fail("bad number syntax: \(GoQuote.quote(pendingText))") }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
            guard scanNumber(), bytes[offset - 1] == UInt8(ascii: "i") else {
                return fail("bad number syntax: \(GoQuote.quote(pendingText))")
            }
            emit(.complex)
        } else {
            emit(.number)
        }
        return .action
    }

    /// Steps over what looks like a number; whether it is one, the parser finds out.
    private mutating func scanNumber() -> Bool {
        _ = accept("+-")
        var digits: StaticString = "0123456789_"
        var exponent: StaticString = "eE"
        if accept("0") {
            if accept("xX") {
                (digits, exponent) = ("0123456789abcdefABCDEF_", "pP")
            } else if accept("oO") {
                (digits, exponent) = ("01234567_", "")
            } else if accept("bB") {
                (digits, exponent) = ("01_", "")
            }
        }
        while accept(digits) {}
        if accept(".") { while accept(digits) {} }
        if accept(exponent) {
            _ = accept("+-")
            while accept("0123456789_") {}
        }
        _ = accept("i")
        if let scalar = scalar(at: offset), Self.isAlphanumeric(scalar) {
            offset += Self.length(of: scalar)
            return false
        }
        return true
    }

    private mutating func accept(_ set: StaticString) -> Bool {
        guard offset < bytes.count, set.withUTF8Buffer({ $0.contains(bytes[offset]) }) else { return false }
        offset += 1
        return true
    }

    // MARK: Characters

    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }

    static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return isAlphanumeric(UInt8(scalar.value)) }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return true
        default: return false
        }
    }

    /// The character at a byte, U+FFFD where the bytes are no UTF-8, nil at the end.
    func scalar(at position: Int) -> Unicode.Scalar? {
        guard position < bytes.count else { return nil }
        if bytes[position] < 0x80 { return Unicode.Scalar(bytes[position]) }
        let text = String(decoding: bytes[position..<min(bytes.count, position + 4)], as: UTF8.self)
        return text.unicodeScalars.first
    }

    /// A character that stands for a stray byte steps over that byte only.
    static func length(of scalar: Unicode.Scalar) -> Int { scalar == "\u{FFFD}" ? 1 : String(scalar).utf8.count }
}
