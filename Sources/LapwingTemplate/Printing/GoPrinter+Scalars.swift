import LapwingText

extension GoPrinter {
    // MARK: Integers

    mutating func append(_ value: Int64, verb: Unicode.Scalar) {
        switch verb {
        case "v", "d": appendDigits(value, radix: 10, prefix: "")
        case "b": appendDigits(value, radix: 2, prefix: "0b")
        case "o": appendDigits(value, radix: 8, prefix: "0")
        case "O": appendDigits(value, radix: 8, prefix: "0", always: "0o")
        case "x": appendDigits(value, radix: 16, prefix: "0x")
        case "X": appendDigits(value, radix: 16, prefix: "0X", uppercase: true)
        case "c": pad(String(Self.scalar(value)))
        case "q": pad(quotedCharacter(value))
        case "U": appendCodePoint(value)
        default: bad(verb, .int(value))
        }
    }

    /// - Parameters:
    ///   - prefix: what `#` puts before the digits.
    ///   - always: what stands before them in any case.
    private mutating func appendDigits(
        _ value: Int64, radix: Int, prefix: String, always: String = "", uppercase: Bool = false
    ) {
        var digits = String(value.magnitude, radix: radix, uppercase: uppercase)
        let sign = value < 0 ? "-" : flags.plus ? "+" : flags.space ? " " : ""
        if let precision = flags.precision {
            if precision == 0, value == 0 {
                flags.zero = false
                return pad("")
            }
            digits = digits.zeroPadded(to: precision)
        } else if flags.zero, !flags.minus, let width = flags.width {
            digits = digits.zeroPadded(to: width - sign.utf8.count)
        }
        let start = flags.sharp && !(prefix == "0" && digits.first == "0") ? prefix : ""
        let outer = flags
        flags.zero = false
        pad(sign + always + start + digits)
        flags = outer
    }

    private static func scalar(_ value: Int64) -> Unicode.Scalar {
        UInt32(exactly: value).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
    }

    private func quotedCharacter(_ value: Int64) -> String {
        let scalar = Self.scalar(value)
        if scalar == "'" { return "'\\''" }
        if scalar == "\"" { return "'\"'" }
        return "'" + asciiOnly(GoQuote.quote(String(scalar))).dropFirst().dropLast() + "'"
    }

    /// A quoted text with what is not ASCII escaped too, as `+` asks.
    private func asciiOnly(_ quoted: String) -> String {
        guard flags.plus, !quoted.utf8.allSatisfy({ $0 < 0x80 }) else { return quoted }
        return quoted.unicodeScalars.map { scalar -> String in
            if scalar.isASCII { return String(scalar) }
            let width = scalar.value < 0x10000 ? 4 : 8
            return (width == 4 ? "\\u" : "\\U") + String(scalar.value, radix: 16).zeroPadded(to: width)
        }.joined()
    }

    private mutating func appendCodePoint(_ value: Int64) {
        var text = "U+" + String(UInt64(bitPattern: value), radix: 16, uppercase: true).zeroPadded(to: max(4, flags.precision ?? 4))
        if flags.sharp, let code = UInt32(exactly: value), let scalar = Unicode.Scalar(code),
            GoQuote.isPrintable(scalar)
        {
            text += " '\(scalar)'"
        }
        flags.zero = false
        pad(text)
    }

    // MARK: Strings

    mutating func append(_ value: String, verb: Unicode.Scalar) {
        switch verb {
        case "v": flags.sharpV ? pad(GoQuote.quote(cut(value))) : pad(cut(value))
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
        return flags.sharp && holdsInRaw ? "`\(text)`" : asciiOnly(GoQuote.quote(text))
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
