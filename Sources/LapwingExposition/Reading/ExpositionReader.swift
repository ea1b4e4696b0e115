import LapwingSeries
import LapwingText

/// The reading position in one page, and the parts of a line that both text formats have.
///
/// Source: Prometheus `model/textparse` at v3.14: `promlex.l`, `openmetricslex.l` and the parsers beside them. A lexer
/// and its states are not needed: each line is read from left to right by what may stand next.
struct ExpositionReader: ~Escapable {
    let bytes: Span<UInt8>
    let format: ExpositionFormat
    var offset = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, _ format: ExpositionFormat, at offset: Int = 0) {
        self.bytes = bytes
        self.format = format
        self.offset = offset
    }

    var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// Tabs and spaces may stand between any two parts of a line in Prometheus' text, and nowhere in OpenMetrics.
    @_lifetime(self: copy self)
    mutating func skipBlanks() {
        guard format == .prometheusText else { return }
        while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") || bytes[offset] == UInt8(ascii: "\t") {
            offset += 1
        }
    }

    /// Steps over `[a-zA-Z_][a-zA-Z0-9_]*`, with colons as letters in a metric's name.
    @_lifetime(self: copy self)
    mutating func skipName(colons: Bool) -> Bool {
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
            let isDigit = byte &- UInt8(ascii: "0") <= 9
            guard isLetter || (isDigit && offset > start) || (colons && byte == UInt8(ascii: ":")) else { break }
            offset += 1
        }
        return offset > start
    }

    /// Steps over `"…"`, in which a backslash and any byte but a line break go together. Leaves the position alone
    /// when there is no closing quote.
    @_lifetime(self: copy self)
    mutating func skipQuoted(allowsLineBreaks: Bool) throws(ExpositionError) -> Bool {
        var index = offset + 1
        var isASCII = true
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                if !isASCII { try checkUTF8(offset + 1, index) }
                offset = index + 1
                return true
            }
            if byte == UInt8(ascii: "\\") {
                index += 1
                guard index < bytes.count, bytes[index] != UInt8(ascii: "\n") else { return false }
            } else if byte == UInt8(ascii: "\n"), !allowsLineBreaks {
                return false
            }
            if byte >= 0x80 { isASCII = false }
            index += 1
        }
        return false
    }

    private func checkUTF8(_ lower: Int, _ upper: Int) throws(ExpositionError) {
        guard !isUTF8(lower, upper) else { return }
        let text = ExpositionError.quoted(bytes, lower, upper)
        throw error("invalid UTF-8 label value or quoted name: \(text)", lower, upper, showsLine: false)
    }

    func isUTF8(_ lower: Int, _ upper: Int) -> Bool {
        var copy: [UInt8] = []
        copy.reserveCapacity(upper - lower)
        for index in lower..<upper { copy.append(bytes[index]) }
        return String(validating: copy, as: UTF8.self) != nil
    }

    /// Steps over `{…}`, whose opening brace is next.
    ///
    /// - Parameter name: whether the metric's name was written before the brace.
    /// - Returns: whether a name is known now; a quoted text that stands alone among the labels is one.
    @_lifetime(self: copy self)
    mutating func skipLabels(name hasName: Bool, ofExemplar: Bool = false) throws(ExpositionError) -> Bool {
        var hasName = hasName
        offset += 1
        while true {
            skipBlanks()
            if current == UInt8(ascii: "}") { break }
            let start = offset
            let isQuoted = current == UInt8(ascii: "\"")
            guard try isQuoted ? skipQuoted(allowsLineBreaks: true) : skipName(colons: false) else {
                throw unexpected("label name")
            }
            skipBlanks()
            if isQuoted, !ofExemplar, current == UInt8(ascii: ",") || current == UInt8(ascii: "}") {
                if hasName { throw error("metric name already set", start, offset) }
                hasName = true
                if current == UInt8(ascii: "}") { break }
                offset += 1
                continue
            }
            guard current == UInt8(ascii: "=") else { throw unexpected("equal") }
            offset += 1
            skipBlanks()
            guard current == UInt8(ascii: "\""), try skipQuoted(allowsLineBreaks: format == .prometheusText) else {
                throw unexpected("label value")
            }
            skipBlanks()
            if current == UInt8(ascii: ",") {
                offset += 1
            } else if format == .openMetrics, current != UInt8(ascii: "}") {
                throw unexpected("comma or brace close")
            }
        }
        offset += 1
        return hasName
    }

    /// Reads the number in `lower ..< upper`, as Go did before it took underscores and binary exponents.
    func number(_ lower: Int, _ upper: Int) throws(ExpositionError) -> Double {
        let token = bytes.extracting(lower..<upper)
        guard let value = GoNumber.parse(token) else {
            for index in lower..<upper {
                let byte = bytes[index]
                if byte | 0x20 == UInt8(ascii: "p") || byte == UInt8(ascii: "_") {
                    throw error("unsupported character in float", lower, upper)
                }
            }
            throw error("expected a number, got \(text(lower, upper))", lower, upper)
        }
        if isHexadecimal(token) { throw error("unsupported character in float", lower, upper) }
        if value.isNaN { return Double(bitPattern: StaleMarker.ordinaryNaNBits) }
        if value.isInfinite, !spellsInfinity(token) {
            throw error("value out of range: \(text(lower, upper))", lower, upper)
        }
        return value
    }

    private func isHexadecimal(_ token: Span<UInt8>) -> Bool {
        for index in 0..<min(3, token.count) where token[index] | 0x20 == UInt8(ascii: "x") { return true }
        return false
    }

    private func spellsInfinity(_ token: Span<UInt8>) -> Bool {
        for index in 0..<min(2, token.count) where token[index] | 0x20 == UInt8(ascii: "i") { return true }
        return false
    }

    /// Checks what a HELP line says after its name.
    func checkHelp(_ text: SourceRange) throws(ExpositionError) {
        for index in text.lowerBound..<text.upperBound where bytes[index] >= 0x80 {
            if isUTF8(text.lowerBound, text.upperBound) { return }
            let found = self.text(text.lowerBound, text.upperBound)
            throw error(
                "help text \(found) is not a valid utf8 string", text.lowerBound, text.upperBound, showsLine: false)
        }
    }

    func text(_ lower: Int, _ upper: Int) -> String {
        ExpositionError.quoted(bytes, lower, min(upper, lower + ExpositionError.excerptLimit))
    }

    func error(_ message: String, _ lower: Int, _ upper: Int, showsLine: Bool = true) -> ExpositionError {
        ExpositionError(message, at: SourceRange(lower, max(lower, upper)), in: bytes, showsLine: showsLine)
    }

    /// The error of a place where something else was expected: names the character that stands there.
    func unexpected(_ expected: String) -> ExpositionError {
        guard offset < bytes.count else {
            return error("expected \(expected), got the end of the page", bytes.count, bytes.count)
        }
        var end = offset + 1
        while end < bytes.count, end < offset + 4, bytes[end] & 0xC0 == 0x80 { end += 1 }
        return error("expected \(expected), got \(text(offset, end))", offset, end)
    }
}
