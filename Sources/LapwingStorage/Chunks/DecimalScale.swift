/// Finding the decimals that doubles were written as.
///
/// A double that is the nearest to m / 10^e, with m below 2⁵¹, is exactly what dividing m by 10^e gives, since both are
/// exact and division rounds correctly. Whether it is one is tried, bit by bit, so that nothing is ever lost.
enum DecimalScale {
    /// 10^22 is the last power of ten that a double holds exactly; beyond 15 digits no short decimal is left to find.
    static let maximumExponent = 15

    static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// The integer that, divided by `power`, is `value` to the last bit; nil for what has none (NaN, -0, 1/3).
    @inline(__always)
    static func integer(_ value: Double, _ power: Double) -> Int64? {
        let scaled = value * power
        guard scaled.magnitude < 0x1p51 else { return nil }
        // Adding 1.5 × 2⁵² rounds to a whole number, which then stands in the low bits.
        let rounded = scaled + wholeNumbers
        let whole = rounded - wholeNumbers
        // Most are whole numbers, and a division takes longer than all the rest.
        guard (power == 1 ? whole : whole / power).bitPattern == value.bitPattern else { return nil }
        return Int64(bitPattern: rounded.bitPattern &- wholeNumbers.bitPattern)
    }

    private static let wholeNumbers = 0x1.8p52

    /// The least exponent at which nearly all values are integers; nil when too many have none.
    static func exponent(of values: [Double]) -> Int? {
        var exponent = 0
        var failures = 0
        let allowed = values.count / 8 + 1
        for (index, value) in values.enumerated() {
            if integer(value, powers[exponent]) != nil { continue }
            if value.isFinite, let found = (exponent...maximumExponent).first(where: { integer(value, powers[$0]) != nil }) {
                exponent = found
                continue
            }
            failures += 1
            if failures > allowed || failures > 8 && failures > index / 2 { return nil }
        }
        return exponent
    }
}
