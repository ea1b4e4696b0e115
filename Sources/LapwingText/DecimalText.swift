/// Decimal digits written into memory that is there already, eight bytes a store.
///
/// Every function writes at an offset and returns the one behind what counts. What lies up to `slack` bytes behind
/// that may be overwritten with anything, so that digits need not be stored one by one.
enum DecimalText {
    /// Bytes that any of these functions may write, from its offset on.
    static let slack = 40

    private static let zeros: UInt64 = 0x3030_3030_3030_3030
    private static let point = UInt64(UInt8(ascii: "."))

    /// Writes `value`, at most twenty digits.
    static func write(_ value: UInt64, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        if value < 100_000_000 {
            let digits = eightDigits(value)
            let leading = digits == 0 ? 7 : digits.trailingZeroBitCount >> 3
            store((digits | zeros) &>> UInt64(leading &* 8), to: &bytes, at: offset)
            return offset &+ 8 &- leading
        }
        let (rest, last) = value.quotientAndRemainder(dividingBy: 100_000_000)
        let end = write(rest, to: &bytes, at: offset)
        store(eightDigits(last) | zeros, to: &bytes, at: end)
        return end &+ 8
    }

    /// Writes a decimal without an exponent: `0.00012`, `12.5`.
    ///
    /// - Precondition: the decimal lies in 1e-6..<1e17 and is no whole number.
    static func writeFixed(_ decimal: ShortestDecimal, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        let count = digitCount(decimal.significand)
        let integerCount = count &+ decimal.exponent
        if integerCount <= 0 {
            store(UInt64(UInt8(ascii: "0")) | point << 8 | (zeros & ~0xFFFF), to: &bytes, at: offset)
            return writeDigits(decimal.significand, count, to: &bytes, at: offset &+ 2 &- integerCount)
        }
        var words = digits(decimal.significand, count)
        let shift = UInt64(truncatingIfNeeded: integerCount & 7) &* 8
        let before: UInt64 = (1 &<< shift) &- 1
        // Everything behind the point moves on by a byte.
        if integerCount < 8 {
            words.2 = words.2 << 8 | words.1 >> 56
            words.1 = words.1 << 8 | words.0 >> 56
            words.0 = words.0 & before | point &<< shift | (words.0 & ~before) << 8
        } else if integerCount < 16 {
            words.2 = words.2 << 8 | words.1 >> 56
            words.1 = words.1 & before | point &<< shift | (words.1 & ~before) << 8
        } else {
            words.2 = words.2 << 8 | point
        }
        store(words, to: &bytes, at: offset)
        return offset &+ count &+ 1
    }

    /// Writes a decimal with an exponent: `1.5e-07`, `1e+21`.
    static func writeExponent(_ decimal: ShortestDecimal, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        let count = digitCount(decimal.significand)
        var words = digits(decimal.significand, count)
        words.2 = words.2 << 8 | words.1 >> 56
        words.1 = words.1 << 8 | words.0 >> 56
        words.0 = words.0 & 0xFF | point << 8 | (words.0 & ~0xFF) << 8
        store(words, to: &bytes, at: offset)
        var end = offset &+ (count == 1 ? 1 : count &+ 1)
        let exponent = decimal.significand == 0 ? 0 : decimal.exponent &+ count &- 1
        let sign = exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
        store(UInt64(UInt8(ascii: "e")) | UInt64(sign) << 8 | UInt64(UInt8(ascii: "0")) << 16, to: &bytes, at: end)
        end &+= exponent.magnitude < 10 ? 3 : 2
        return write(UInt64(exponent.magnitude), to: &bytes, at: end)
    }

    /// Writes up to 24 zeros.
    static func writeZeros(_ count: Int, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        var written = 0
        while written < count {
            store(zeros, to: &bytes, at: offset &+ written)
            written &+= 8
        }
        return offset &+ count
    }

    /// Writes exactly `count` digits.
    private static func writeDigits(_ value: UInt64, _ count: Int, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        store(digits(value, count), to: &bytes, at: offset)
        return offset &+ count
    }

    /// How many digits a number below 10^17 has; one for zero.
    static func digitCount(_ value: UInt64) -> Int {
        // ⌊log₁₀⌋ from the bit length (1233 / 4096 is close to log₁₀ 2), corrected by one comparison.
        let estimate = ((64 &- (value | 1).leadingZeroBitCount) &* 1233) >> 12
        return value >= powersOfTen[estimate] ? estimate &+ 1 : max(estimate, 1)
    }

    private static let powersOfTen: [UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
        100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
        10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
    ]

    /// The digits of a number below 10^17 from the first on, zeros behind them, as three words in the order of memory.
    private static func digits(_ value: UInt64, _ count: Int) -> (UInt64, UInt64, UInt64) {
        let aligned = value &* powersOfTen[17 &- count]
        let (front, last) = aligned.quotientAndRemainder(dividingBy: 10)
        let (high, low) = front.quotientAndRemainder(dividingBy: 100_000_000)
        return (eightDigits(high) | zeros, eightDigits(low) | zeros, last | zeros)
    }

    /// Eight digits as the values of eight bytes, the first in the lowest byte: halves, quarters and eighths are split
    /// off side by side in one word (P. Khuong, "How to print integers really fast", 2017).
    private static func eightDigits(_ value: UInt64) -> UInt64 {
        let fours = (value / 10_000) | (value % 10_000) << 32
        let hundreds = ((fours &* 10_486) >> 20) & 0x0000_007F_0000_007F
        let twos = hundreds | (fours &- hundreds &* 100) << 16
        let tens = ((twos &* 103) >> 10) & 0x000F_000F_000F_000F
        return tens | (twos &- tens &* 10) << 8
    }

    static func store(_ words: (UInt64, UInt64, UInt64), to bytes: inout MutableRawSpan, at offset: Int) {
        store(words.0, to: &bytes, at: offset)
        store(words.1, to: &bytes, at: offset &+ 8)
        store(words.2, to: &bytes, at: offset &+ 16)
    }

    static func store(_ word: UInt64, to bytes: inout MutableRawSpan, at offset: Int) {
        bytes.storeBytes(of: word.littleEndian, toByteOffset: offset, as: UInt64.self)
    }
}
