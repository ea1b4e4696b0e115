import LapwingText

extension GoPrinter {
    mutating func append(_ value: Double, verb: Unicode.Scalar) {
        var text: String
        switch verb {
        case "v", "g", "G": text = GoNumber.text(value, .general, precision: flags.precision)
        case "e", "E": text = GoNumber.text(value, .exponent, precision: flags.precision ?? 6)
        case "f", "F": text = GoNumber.text(value, .fixed, precision: flags.precision ?? 6)
        case "b": text = Self.binary(value)
        case "x", "X": text = Self.hexadecimal(value, precision: flags.precision)
        default: return bad(verb, .float(value))
        }
        if value.isFinite {
            if flags.sharp, verb != "b" { text = withPoint(text, verb: verb) }
            if verb == "E" || verb == "G" || verb == "X" { text = text.uppercased() }
        }
        padNumber(text, isFinite: value.isFinite)
    }

    /// `#`: a decimal point in any case, and for `%g` the zeros that the precision (6 when none is given) leaves room
    /// for.
    private func withPoint(_ text: String, verb: Unicode.Scalar) -> String {
        var missing = ["v", "g", "G", "x"].contains(verb) ? flags.precision ?? 6 : 0
        let isHexadecimal = verb == "x" || verb == "X"
        let digits = text.prefix { $0 != "p" && (isHexadecimal || $0 != "e") }
        let tail = text[digits.endIndex...]
        let unsigned = digits.drop { $0 == "-" || $0 == "+" }
        var isSignificant = false
        for character in unsigned where character != "." {
            if character != "0" { isSignificant = true }
            if isSignificant { missing -= 1 }
        }
        var result = String(digits)
        if !unsigned.contains(".") {
            if unsigned == "0" { missing -= 1 }
            result += "."
        }
        return result + String(repeating: "0", count: max(0, missing)) + tail
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
            digits = String(digits).zeroPadded(to: width - sign.utf8.count)[...]
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

    /// `0x1.8p+01`: the shortest hexadecimal form, or one rounded half to even after as many digits as asked for.
    private static func hexadecimal(_ value: Double, precision: Int?) -> String {
        guard value.isFinite else { return GoNumber.text(value) }
        let sign = value.sign == .minus ? "-" : ""
        let magnitude = value.magnitude
        var significand = magnitude == 0 ? 0 : 1 << 52 | magnitude.significand.significandBitPattern
        var exponent = magnitude == 0 ? 0 : Int(magnitude.exponent)
        if let precision, precision < 13 {
            let dropped = UInt64(52 - precision * 4)
            let rest = significand & (1 << dropped - 1)
            significand >>= dropped
            let half: UInt64 = 1 << (dropped - 1)
            if rest > half || (rest == half && significand & 1 == 1) { significand += 1 }
            significand <<= dropped
            if significand >> 53 != 0 {
                significand >>= 1
                exponent += 1
            }
        }
        var digits = String(significand & (1 << 52 - 1), radix: 16).zeroPadded(to: 13)
        if let precision {
            digits = digits.prefix(precision) + String(repeating: "0", count: max(0, precision - 13))
        } else {
            while digits.last == "0" { digits.removeLast() }
        }
        let power = (exponent.magnitude < 10 ? "0" : "") + String(exponent.magnitude)
        let point = digits.isEmpty ? "" : "." + digits
        return "\(sign)0x\(significand >> 52)\(point)p\(exponent < 0 ? "-" : "+")\(power)"
    }
}
