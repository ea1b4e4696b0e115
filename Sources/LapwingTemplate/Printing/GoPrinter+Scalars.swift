import LapwingText

extension GoPrinter {
    // MARK: Integers

    mutating func append(_ value: Int64, verb: Unicode.Scalar) {
        switch verb {
        case "v", "d": appendDigits(value, radix: 10, prefix: "")
        case "b": appendDigits(value, radix: 2, prefix: "0b")
        case "o": appendDigits(value, radix: 8, prefix: "0")
        case "O":
            flags.sharp = true
            appendDigits(value, radix: 8, prefix: "0o")
        case "x": appendDigits(value, radix: 16, prefix: "0x")
        case "X": appendDigits(value, radix: 16, prefix: "0X", uppercase: true)
        case "c": pad(String(Self.scalar(value)))
        case "q": pad(quotedCharacter(value))
        case "U": appendCodePoint(value)
        default: bad(verb, .int(value))
        }
    }

    private mutating func appendDigits(_ value: Int64, radix: Int, prefix: String, uppercase: Bool = false) {
        var digits = String(value.magnitude, radix: radix, uppercase: uppercase)
        let sign = value < 0 ? "-" : flags.plus ? "+" : flags.space ? " " : ""
        let start = flags.sharp ? (prefix == "0" && digits.first == "0" ? "" : prefix) : ""
        if let precision = flags.precision {
            if precision == 0, value == 0 {
                flags.zero = false
                return pad("")
            }
            digits = String(repeating: "0", count: max(0, precision - digits.utf8.count)) + digits
        } else if flags.zero, !flags.minus, let width = flags.width {
            digits = String(repeating: "0", count: max(0, width - sign.utf8.count - digits.utf8.count)) + digits
        }
        let outer = flags
        flags.zero = false
        pad(sign + start + digits)
        flags = outer
    }

    private static func scalar(_ value: Int64) -> Unicode.Scalar {
        UInt32(exactly: value).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
    }

    private func quotedCharacter(_ value: Int64) -> String {
        let scalar = Self.scalar(value)
        if scalar == "'" { return "'\\''" }
        if scalar == "\"" { return "'\"'" }
        return "'" + GoQuote.quote(String(scalar)).dropFirst().dropLast() + "'"
    }

    private mutating func appendCodePoint(_ value: Int64) {
        let digits = String(UInt64(bitPattern: value), radix: 16, uppercase: true)
        let width = max(4, flags.precision ?? 4)
        var text = "U+" + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        if flags.sharp, let code = UInt32(exactly: value), let scalar = Unicode.Scalar(code),
            GoQuote.isPrintable(scalar)
        {
            text += " '\(scalar)'"
        }
        flags.zero = false
        pad(text)
    }

    // MARK: Floats

    mutating func append(_ value: Double, verb: Unicode.Scalar) {
        let text: String
        switch verb {
        case "v", "g": text = GoNumber.text(value, .general, precision: flags.precision)
        case "G": text = GoNumber.text(value, .general, precision: flags.precision).uppercasedExponent
        case "e": text = GoNumber.text(value, .exponent, precision: flags.precision ?? 6)
        case "E": text = GoNumber.text(value, .exponent, precision: flags.precision ?? 6).uppercasedExponent
        case "f", "F": text = GoNumber.text(value, .fixed, precision: flags.precision ?? 6)
        case "b": text = Self.binary(value)
        case "x": text = Self.hexadecimal(value)
        case "X": text = Self.hexadecimal(value).uppercased()
        default: return bad(verb, .float(value))
        }
        padNumber(text, isFinite: value.isFinite)
    }

    /// A number with its sign as the flags ask, zeros between sign and digits; infinities are padded with spaces.
    private mutating func padNumber(_ text: String, isFinite: Bool) {
        var digits = text[...]
        var sign = ""
        if let first = digits.first, first == "+" || first == "-" {
            sign = String(first)
            digits = digits.dropFirst()
        }
        let hadPlus = sign == "+"
        if sign == "" || hadPlus { sign = flags.plus ? "+" : flags.space ? " " : hadPlus && !isFinite ? "+" : "" }
        let outer = flags
        defer { flags = outer }
        if flags.zero, !flags.minus, isFinite, let width = flags.width {
            digits = Substring(String(repeating: "0", count: max(0, width - sign.utf8.count - digits.utf8.count)) + digits)
        }
        flags.zero = false
        pad(sign + digits)
    }

    /// `4503599627370496p-52`: the significand as an integer, and the power of two.
    private static func binary(_ value: Double) -> String {
        guard value.isFinite else { return GoNumber.text(value) }
        let isNormal = value.exponentBitPattern != 0
        let significand = value.significandBitPattern | (isNormal ? 1 << 52 : 0)
        let exponent = Int(isNormal ? value.exponentBitPattern : 1) - 1075
        return "\(value.sign == .minus ? "-" : "")\(significand)p\(exponent < 0 ? "" : "+")\(exponent)"
    }

    /// `0x1.8p+01`: the shortest hexadecimal form.
    private static func hexadecimal(_ value: Double) -> String {
        guard value.isFinite else { return GoNumber.text(value) }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0x0p+00" }
        let magnitude = value.magnitude
        var digits = String(magnitude.significand.significandBitPattern, radix: 16)
        digits = String(repeating: "0", count: 13 - digits.utf8.count) + digits
        while digits.last == "0" { digits.removeLast() }
        let exponent = magnitude.exponent
        let power = (exponent.magnitude < 10 ? "0" : "") + String(exponent.magnitude)
        return "\(sign)0x1\(digits.isEmpty ? "" : "." + digits)p\(exponent < 0 ? "-" : "+")\(power)"
    }

    // MARK: Strings

    mutating func append(_ value: String, verb: Unicode.Scalar) {
        switch verb {
        case "v": flags.sharpV ? pad(GoQuote.quote(value)) : pad(cut(value))
        case "s": pad(cut(value))
        case "q": pad(quoted(cut(value)))
        case "x", "X": appendHexadecimal(value, uppercase: verb == "X")
        default: bad(verb, .string(value))
        }
    }

    /// The first characters, as many as the precision says.
    private func cut(_ text: String) -> String {
        guard let precision = flags.precision else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
    }

    /// In raw quotes with `#` where they can hold the text, in double ones otherwise.
    private func quoted(_ text: String) -> String {
        let holdsInRaw = text.unicodeScalars.allSatisfy {
            $0 != "`" && $0 != "\u{7F}" && ($0.value >= 0x20 || $0 == "\t") && $0 != "\u{FEFF}"
        }
        return flags.sharp && holdsInRaw ? "`\(text)`" : GoQuote.quote(text)
    }

    private mutating func appendHexadecimal(_ text: String, uppercase: Bool) {
        var result = ""
        let start = flags.sharp ? (uppercase ? "0X" : "0x") : ""
        for (index, byte) in text.utf8.prefix(flags.precision ?? .max).enumerated() {
            if index == 0 || flags.space { result += (index == 0 ? "" : " ") + start }
            let digits = String(byte, radix: 16, uppercase: uppercase)
            result += digits.utf8.count == 1 ? "0" + digits : digits
        }
        pad(result)
    }
}

extension String {
    fileprivate var uppercasedExponent: String { String(map { $0 == "e" ? "E" : $0 }) }
}
