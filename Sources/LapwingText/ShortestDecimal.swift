/// The shortest decimal that reads back as a floating-point number, the nearest to it where there are several:
/// `significand` × 10^`exponent`.
///
/// Source: R. Giulietti, "The Schubfach way to render doubles" (2020). The interval of what rounds to the number is
/// scaled by a power of ten, so that its length lies between 1 and 10 (or 10 and 100); a whole number in it, or a
/// multiple of ten, is the answer. Three multiplications of 64 by 128 bits, no loop.
struct ShortestDecimal: Equatable {
    /// Below 10^17; ends in no zero, except for zero itself.
    private(set) var significand: UInt64
    private(set) var exponent: Int

    /// - Precondition: `magnitude` is finite and not negative.
    init(_ magnitude: Double) {
        let bits = magnitude.bitPattern
        let fraction = bits & 0xF_FFFF_FFFF_FFFF
        let biased = Int(truncatingIfNeeded: bits >> 52) & 0x7FF
        guard bits != 0 else {
            significand = 0
            exponent = 0
            return
        }
        let isSubnormal = biased == 0
        let whole = isSubnormal ? fraction : fraction | 1 << 52
        let power = (isSubnormal ? 1 : biased) &- 1075
        // A power of two has its lower neighbour at half the distance, unless that is subnormal.
        (significand, exponent) = Self.shortest(whole, power, hasCloseLowerNeighbour: fraction == 0 && biased > 1)
        dropZeros()
    }

    /// The decimal of `whole` × 2^`power`.
    private static func shortest(_ whole: UInt64, _ power: Int, hasCloseLowerNeighbour: Bool) -> (UInt64, Int) {
        // ⌊log₁₀ 2^power⌋, or of three quarters of it; right for every exponent of a double.
        let scale = (power &* 1_262_611 &- (hasCloseLowerNeighbour ? 524_031 : 0)) >> 22
        // ⌊log₂ 10^-scale⌋ likewise; the shift brings products to a unit of a quarter.
        let shift = UInt64(truncatingIfNeeded: power &+ ((0 &- scale) &* 1_741_647) >> 19 &+ 1)
        let index = 2 &* (0 &- scale &- lowestPower)
        let high = powers[index]
        let low = powers[index &+ 1]
        // In quarters of a unit: the number, and the middle to either neighbour.
        let quarters = whole &* 4
        let value = product(high, low, quarters &<< shift)
        let isOdd = whole & 1
        let lower = product(high, low, (quarters &- (hasCloseLowerNeighbour ? 1 : 2)) &<< shift) &+ isOdd
        let upper = product(high, low, (quarters &+ 2) &<< shift) &- isOdd
        let unit = value >> 2
        if unit >= 10 {
            let ten = unit / 10
            let isBelowInside = lower <= ten &* 40
            let isAboveInside = ten &* 40 &+ 40 <= upper
            if isBelowInside != isAboveInside { return (ten &+ (isAboveInside ? 1 : 0), scale &+ 1) }
        }
        let isBelowInside = lower <= unit &* 4
        let isAboveInside = unit &* 4 &+ 4 <= upper
        if isBelowInside != isAboveInside { return (unit &+ (isAboveInside ? 1 : 0), scale) }
        let middle = unit &* 4 &+ 2
        let roundsUp = value > middle || (value == middle && unit & 1 == 1)
        return (unit &+ (roundsUp ? 1 : 0), scale)
    }

    /// The bits of `(high, low)` × `factor` from the 128th on; the last is set when any below it is, which keeps
    /// comparisons exact (rounding to odd).
    private static func product(_ high: UInt64, _ low: UInt64, _ factor: UInt64) -> UInt64 {
        let below = low.multipliedFullWidth(by: factor).high
        let above = high.multipliedFullWidth(by: factor)
        let (middle, carries) = above.low.addingReportingOverflow(below)
        return (above.high &+ (carries ? 1 : 0)) | (middle > 1 ? 1 : 0)
    }

    private mutating func dropZeros() {
        guard significand % 10 == 0 else { return }
        if significand % 100_000_000 == 0 {
            significand /= 100_000_000
            exponent &+= 8
        }
        if significand % 10_000 == 0 {
            significand /= 10_000
            exponent &+= 4
        }
        if significand % 100 == 0 {
            significand /= 100
            exponent &+= 2
        }
        // After the steps above at most three zeros are left, or eight where two times eight came off.
        while significand % 10 == 0 {
            significand /= 10
            exponent &+= 1
        }
    }
}
