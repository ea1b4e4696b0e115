extension GoNumber {
    /// The number that `strconv.ParseFloat(text, 64)` reads, or nil where that reports a syntax error.
    ///
    /// Decimal and hexadecimal notation, `inf`, `infinity` and `nan` in any case, an optional sign. What is too large
    /// becomes an infinity (Go reports a range error beside the same value).
    public static func parse(_ bytes: Span<UInt8>) -> Double? {
        if let quick = parseShortDecimal(bytes) { return quick }
        return parseAny(bytes)
    }

    public static func parse(_ text: some StringProtocol) -> Double? {
        let bytes = Array(text.utf8)
        return parse(bytes.span)
    }

    private static let zero = UInt8(ascii: "0")

    /// The common case: at most 15 significant digits with an optional sign, point and small exponent, exact by one
    /// multiplication or division (W. Clinger, "How to Read Floating Point Numbers Accurately", 1990).
    private static func parseShortDecimal(_ bytes: Span<UInt8>) -> Double? {
        var index = 0
        var negative = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") {
            negative = true
            index += 1
        }
        guard bytes.count > index, bytes.count - index <= 24 else { return nil }
        var mantissa: UInt64 = 0
        var digits = 0
        var significant = 0
        var scale = 0
        var sawPoint = false
        while index < bytes.count {
            let byte = bytes[index]
            let digit = byte &- zero
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                digits += 1
                if mantissa > 0 { significant += 1 }
                if sawPoint { scale -= 1 }
            } else if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else if byte | 0x20 == UInt8(ascii: "e") {
                guard let exponent = parseShortExponent(bytes, from: index + 1) else { return nil }
                scale += exponent
                break
            } else {
                return nil
            }
            index += 1
        }
        guard digits > 0, significant <= 15, scale.magnitude < powersOfTen.count else { return nil }
        let power = powersOfTen[Int(scale.magnitude)]
        let magnitude = scale < 0 ? Double(mantissa) / power : Double(mantissa) * power
        return negative ? -magnitude : magnitude
    }

    /// One to three digits with an optional sign, to the end.
    private static func parseShortExponent(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        let isSigned = bytes[start] == UInt8(ascii: "-") || bytes[start] == UInt8(ascii: "+")
        let first = isSigned ? start + 1 : start
        guard first < bytes.count, bytes.count - first <= 3 else { return nil }
        var value = 0
        for index in first..<bytes.count {
            let digit = bytes[index] &- zero
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return bytes[start] == UInt8(ascii: "-") ? -value : value
    }

    /// Exactly representable powers: a multiplication or division by one of them rounds once.
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private static func parseAny(_ bytes: Span<UInt8>) -> Double? {
        var index = 0
        var negative = false
        if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
            negative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < bytes.count else { return nil }
        var word: [UInt8] = []
        word.reserveCapacity(bytes.count - index)
        for position in index..<bytes.count { word.append(lowercased(bytes[position])) }
        if word == Array("inf".utf8) || word == Array("infinity".utf8) {
            return negative ? -Double.infinity : .infinity
        }
        if word == Array("nan".utf8) { return .nan }
        let isHexadecimal = word.starts(with: [zero, UInt8(ascii: "x")])
        guard isHexadecimal ? isHexadecimalNumber(word) : isDecimalNumber(word) else { return nil }
        // The standard library reads what the two checks let through as Go does, and takes no more than it.
        guard let magnitude = Double(String(decoding: word, as: UTF8.self)) else { return nil }
        return negative ? -magnitude : magnitude
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    private static func isDecimalNumber(_ word: [UInt8]) -> Bool {
        let parts = word.split(separator: UInt8(ascii: "e"), maxSplits: 1, omittingEmptySubsequences: false)
        return isMantissa(parts[0], isDigit) && (parts.count == 1 || isExponent(parts[1]))
    }

    /// Go asks for the binary exponent; without one the text is no number.
    private static func isHexadecimalNumber(_ word: [UInt8]) -> Bool {
        let parts = word.dropFirst(2)
            .split(separator: UInt8(ascii: "p"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return isMantissa(parts[0]) { isDigit($0) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f")) }
            && isExponent(parts[1])
    }

    private static func isMantissa(_ part: ArraySlice<UInt8>, _ isDigit: (UInt8) -> Bool) -> Bool {
        var digits = 0
        var points = 0
        for byte in part {
            if isDigit(byte) { digits += 1 } else if byte == UInt8(ascii: ".") { points += 1 } else { return false }
        }
        return digits > 0 && points <= 1
    }

    private static func isExponent(_ part: ArraySlice<UInt8>) -> Bool {
        let unsigned = part.first == UInt8(ascii: "+") || part.first == UInt8(ascii: "-") ? part.dropFirst() : part
        return !unsigned.isEmpty && unsigned.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- zero <= 9 }
}
