/// Quoted text as Go's `strconv.Quote` and `strconv.Unquote` have it, which is PromQL's and Prometheus' own.
public enum GoQuote {
    /// `text` in double quotes, with what is not printable escaped.
    public static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars { append(scalar, quote: "\"", to: &result) }
        return result + "\""
    }

    /// Bytes that may not be UTF-8 in double quotes: each stray byte becomes `\xNN`, as in Go.
    public static func quote(bytes: [UInt8]) -> String {
        var result = "\""
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let encoded):
                append(Unicode.UTF8.decode(encoded), quote: "\"", to: &result)
                offset += encoded.count
            case .error(let length):
                for byte in bytes[offset..<(offset + length)] { result += "\\x" + hexadecimal(UInt32(byte), width: 2) }
                offset += length
            case .emptyInput: return result + "\""
            }
        }
    }

    private static func append(_ scalar: Unicode.Scalar, quote: Unicode.Scalar, to result: inout String) {
        switch scalar {
        case quote, "\\":
            result += "\\"
            result.unicodeScalars.append(scalar)
        case "\u{07}": result += "\\a"
        case "\u{08}": result += "\\b"
        case "\u{0C}": result += "\\f"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\u{0B}": result += "\\v"
        default:
            if isPrintable(scalar) {
                result.unicodeScalars.append(scalar)
            } else if scalar.value < 0x20 || scalar.value == 0x7F {
                result += "\\x" + hexadecimal(scalar.value, width: 2)
            } else if scalar.value < 0x10000 {
                result += "\\u" + hexadecimal(scalar.value, width: 4)
            } else {
                result += "\\U" + hexadecimal(scalar.value, width: 8)
            }
        }
    }

    /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and the ASCII space.
    public static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value >= 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    /// Go's `%#U`: `U+0071 'q'`.
    public static func codePoint(_ scalar: Unicode.Scalar) -> String {
        "U+" + String(scalar.value, radix: 16, uppercase: true).zeroPadded(to: 4) + (isPrintable(scalar) ? " '\(scalar)'" : "")
    }

    static func hexadecimal(_ value: UInt32, width: Int) -> String {
        String(value, radix: 16).zeroPadded(to: width)
    }
}
