/// The core schema: what untagged plain scalars mean (YAML 1.2.2, section 10.3.2).
extension YAMLScalar {
    /// Whether it is null: nothing, `~` or `null`, plain.
    public var isNull: Bool {
        guard typing == .byText || typing == .null else { return false }
        return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
    }

    /// `true` and `false` in the three spellings of the core schema; `yes` and `on` are text in YAML 1.2.
    public var bool: Bool? {
        guard typing == .byText || typing == .bool else { return nil }
        return switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// A whole number in decimal, or octal after `0o`, or hexadecimal after `0x`; nil when it does not fit 64 bits.
    public var integer: Int64? {
        guard typing == .byText || typing == .integer else { return nil }
        if text.hasPrefix("0o") { return Self.unsigned(text.utf8.dropFirst(2), radix: 8) }
        if text.hasPrefix("0x") { return Self.unsigned(text.utf8.dropFirst(2), radix: 16) }
        guard Self.isDecimal(text.utf8, integer: true) else { return nil }
        return Int64(text)
    }

    /// A number, with or without a fraction, or an infinity or not a number (`.inf`, `-.inf`, `.nan`).
    public var double: Double? {
        guard typing == .byText || typing == .float || typing == .integer else { return nil }
        switch text {
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .infinity
        case "-.inf", "-.Inf", "-.INF": return -.infinity
        case ".nan", ".NaN", ".NAN": return .nan
        default: break
        }
        if let integer { return Double(integer) }
        return Self.isDecimal(text.utf8, integer: false) ? Double(text) : nil
    }

    /// Whether it is text, rather than null, a truth value or a number.
    public var isString: Bool {
        switch typing {
        case .string, .foreign: true
        case .null, .bool, .integer, .float: false
        case .byText: startsAsText || (!isNull && bool == nil && double == nil)
        }
    }

    /// Whether its first letter settles that it is text, as of most keys.
    private var startsAsText: Bool {
        guard let first = text.utf8.first else { return false }
        let lower = first | 0x20
        return lower >= 0x61 && lower <= 0x7A && lower != 0x66 && lower != 0x6E && lower != 0x74
    }

    var kindName: String {
        if isNull { return "nothing" }
        if bool != nil { return "a truth value" }
        if double != nil { return "a number" }
        return "text"
    }

    private static func unsigned(_ digits: Substring.UTF8View, radix: Int) -> Int64? {
        guard let first = digits.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        return Int64(Substring(digits), radix: radix)
    }

    /// Whether the text has the form of a decimal number: `[-+]? [0-9]+`, or with fraction and exponent.
    private static func isDecimal(_ text: String.UTF8View, integer: Bool) -> Bool {
        var digits = 0
        var index = text.startIndex
        func skipDigits(_ index: inout String.UTF8View.Index) -> Int {
            var count = 0
            while index < text.endIndex, text[index] >= 0x30, text[index] <= 0x39 {
                count += 1
                index = text.index(after: index)
            }
            return count
        }
        func skip(_ index: inout String.UTF8View.Index, _ a: Unicode.Scalar, _ b: Unicode.Scalar) -> Bool {
            guard index < text.endIndex, text[index] == UInt8(ascii: a) || text[index] == UInt8(ascii: b) else {
                return false
            }
            index = text.index(after: index)
            return true
        }
        _ = skip(&index, "+", "-")
        digits = skipDigits(&index)
        if integer { return digits > 0 && index == text.endIndex }
        if skip(&index, ".", ".") { digits += skipDigits(&index) }
        guard digits > 0 else { return false }
        if skip(&index, "e", "E") {
            _ = skip(&index, "+", "-")
            guard skipDigits(&index) > 0 else { return false }
        }
        return index == text.endIndex
    }
}
