import LapwingText

/// Numbers, durations as numbers, and strings.
extension Parser {
    mutating func parseNumber() throws(PromQLSyntaxError) -> NumberLiteral {
        let token = current
        advance()
        if token.kind == .duration {
            let milliseconds = try duration(token)
            return NumberLiteral(value: Self.seconds(milliseconds), isDuration: true, range: token.range)
        }
        let text = text(token)
        guard let value = Self.number(text) else { throw numberFailure("invalid syntax", text, token) }
        if value.isInfinite, text.utf8.contains(where: { $0 &- UInt8(ascii: "0") <= 9 }) {
            throw numberFailure("value out of range", text, token)
        }
        return NumberLiteral(value: value, range: token.range)
    }

    private func numberFailure(_ reason: String, _ text: String, _ token: Token) -> PromQLSyntaxError {
        failure("error parsing number: strconv.ParseFloat: parsing \(GoQuote.quote(text)): \(reason)", at: token.range)
    }

    /// Go's `Duration.Seconds`: the fraction is rounded for itself.
    private static func seconds(_ milliseconds: Int64) -> Double {
        Double(milliseconds / 1000) + Double(milliseconds % 1000 * 1_000_000) / 1e9
    }

    func duration(_ token: Token) throws(PromQLSyntaxError) -> Int64 {
        do {
            return try PrometheusDuration.milliseconds(text(token))
        } catch {
            throw failure(error.description, at: token.range)
        }
    }

    /// Go's `ParseInt(text, 0, 64)`, else `ParseFloat`.
    static func number(_ text: String) -> Double? {
        // Most are digits with a point at most, in which neither sees anything else.
        let isPlain = text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 || $0 == UInt8(ascii: ".") }
        if isPlain, text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0") || text.utf8.contains(UInt8(ascii: ".")) {
            return GoNumber.parse(text)
        }
        let lower = text.lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where lower.hasPrefix(prefix) {
            if let value = Int64(lower.dropFirst(2).filter { $0 != "_" }, radix: radix) { return Double(value) }
        }
        let digits = text.filter { $0 != "_" }
        if digits.allSatisfy({ $0.isASCII && $0.isNumber }) {
            let isOctal = digits.count > 1 && digits.first == "0"
            if let value = Int64(digits, radix: isOctal ? 8 : 10) { return Double(value) }
        }
        return GoNumber.parse(text)
    }

    func unquoted(_ token: Token) throws(PromQLSyntaxError) -> String {
        do {
            return try GoQuote.unquote(text(token))
        } catch {
            throw failure("error unquoting string \(GoQuote.quote(text(token))): \(error.message)", at: token.range)
        }
    }
}
