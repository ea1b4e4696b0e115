/// The shortest decimal digits that read back as a floating-point number: 0.d₁d₂d₃… × 10^`point`.
///
/// The digits are the standard library's (Ryū-like and exact); this type only lays them open, because Go's text
/// places the decimal point by other rules than Swift's.
struct DecimalDigits {
    /// ASCII digits without leading or trailing zeros; empty for zero.
    private(set) var digits: [UInt8]
    /// Where the decimal point stands, counted from before the first digit.
    private(set) var point: Int

    /// - Precondition: `magnitude` is finite and not negative.
    init(shortest magnitude: Double) {
        digits = []
        point = 0
        guard magnitude != 0 else { return }
        digits.reserveCapacity(17)
        var exponent = 0
        var exponentIsNegative = false
        var sawPoint = false
        var inExponent = false
        for byte in magnitude.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): sawPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): inExponent = true
            case UInt8(ascii: "-"): exponentIsNegative = true
            case UInt8(ascii: "+"): break
            default:
                if inExponent {
                    exponent = exponent * 10 + Int(byte - UInt8(ascii: "0"))
                } else {
                    digits.append(byte)
                    if !sawPoint { point += 1 }
                }
            }
        }
        point += exponentIsNegative ? -exponent : exponent
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        point -= leading
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    }
}
