import LapwingText

/// Numbers and durations, cut where upstream cuts them.
extension Lexer {
    mutating func readNumberOrDuration() throws(PromQLSyntaxError) {
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
