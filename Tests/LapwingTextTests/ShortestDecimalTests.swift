import SeededRandom
import Testing

@testable import LapwingText

/// The digits are checked against the standard library's, which another algorithm computes (SwiftDtoa): the shortest
/// digits that are nearest to a number are unique.
@Suite struct `The shortest digits of a number` {
    @Test func `are the standard library's for any bits`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        for _ in 0..<200_000 { check(Double(bitPattern: random.next()), "seed \(seed)") }
    }

    @Test func `are the standard library's for what measurements look like`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        for _ in 0..<100_000 {
            let number = Double(random.next() >> (random.next() % 60)) / Double(1 + random.next() % 100_000)
            check(number, "seed \(seed)")
            check((number * 100).rounded() / 100, "seed \(seed)")
        }
    }

    @Test func `are right at and beside every power of two`() {
        for exponent in -1074...1023 { checkAround(Double(sign: .plus, exponent: exponent, significand: 1)) }
    }

    @Test func `are right at and beside every power of ten`() throws {
        for exponent in -323...308 { checkAround(try #require(Double("1e\(exponent)"))) }
    }

    @Test func `are right for the least and the greatest numbers`() {
        for bits in UInt64(0)..<2000 { check(Double(bitPattern: bits)) }
        let greatest = Double.greatestFiniteMagnitude.bitPattern
        for bits in (greatest - 2000)...greatest { check(Double(bitPattern: bits)) }
        let leastNormal = Double.leastNormalMagnitude.bitPattern
        for bits in (leastNormal - 1000)...(leastNormal + 1000) { check(Double(bitPattern: bits)) }
    }

    @Test func `are right for whole numbers up to where they are no longer dense`() {
        for whole in UInt64(0)..<20_000 { check(Double(whole)) }
        for whole in (1 << 53 - 1000)...(UInt64(1) << 53 + 1000) { check(Double(whole)) }
    }

    @Test func `come from powers of ten that are those of the definition`() {
        #expect(ShortestDecimal.powers.count == 2 * 617)
        for power in -292...324 {
            let words = WideNumber.leadingBits(ofPowerOfTen: power)
            let index = 2 * (power - ShortestDecimal.lowestPower)
            #expect(ShortestDecimal.powers[index] == words.high && ShortestDecimal.powers[index + 1] == words.low, "10^\(power)")
        }
    }

    private func checkAround(_ number: Double) {
        check(number.nextDown)
        check(number)
        check(number.nextUp)
    }

    private func check(_ number: Double, _ comment: @autoclosure () -> String = "") {
        guard number.isFinite else { return }
        let found = ShortestDecimal(number.magnitude)
        let expected = decimal(number.magnitude.description)
        if found.significand != expected.significand || found.exponent != expected.exponent {
            Issue.record("\(number): \(found) \(comment())")
        }
    }

    /// `1.25e-07` as 125 × 10^-9.
    private func decimal(_ text: String) -> (significand: UInt64, exponent: Int) {
        let parts = text.split(separator: "e")
        let digits = parts[0].split(separator: ".")
        let fraction = digits.count > 1 ? digits[1] : ""
        var significand = UInt64(digits[0] + fraction) ?? 0
        var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.count
        guard significand > 0 else { return (0, 0) }
        while significand % 10 == 0 {
            significand /= 10
            exponent += 1
        }
        return (significand, exponent)
    }
}


/// A whole number of any size, in words of 32 bits, the lowest first: as slow and as plain as can be.
private struct WideNumber {
    var words: [UInt32] = [1]

    mutating func multiply(by factor: UInt32) {
        var carry: UInt64 = 0
        for index in words.indices {
            let product = UInt64(words[index]) * UInt64(factor) + carry
            words[index] = UInt32(truncatingIfNeeded: product)
            carry = product >> 32
        }
        if carry > 0 { words.append(UInt32(carry)) }
    }

    /// Divides, and says whether nothing was left over.
    mutating func divide(by divisor: UInt32) -> Bool {
        var rest: UInt64 = 0
        for index in words.indices.reversed() {
            let part = rest << 32 | UInt64(words[index])
            words[index] = UInt32(part / UInt64(divisor))
            rest = part % UInt64(divisor)
        }
        while words.count > 1, words.last == 0 { words.removeLast() }
        return rest == 0
    }

    var bitCount: Int { words.count * 32 - (words.last?.leadingZeroBitCount ?? 0) }

    func bit(_ index: Int) -> Bool { index >= 0 && words[index / 32] >> UInt32(index % 32) & 1 == 1 }

    /// The first 128 bits of a power of ten, rounded up.
    static func leadingBits(ofPowerOfTen power: Int) -> (high: UInt64, low: UInt64) {
        var number = WideNumber()
        var isExact = true
        if power >= 0 {
            for _ in 0..<power { number.multiply(by: 10) }
        } else {
            number.words = [UInt32](repeating: 0, count: 40) + [1]
            for _ in 0..<(-power) { if !number.divide(by: 10) { isExact = false } }
        }
        let top = number.bitCount - 1
        var high: UInt64 = 0
        var low: UInt64 = 0
        for place in 0..<64 { high = high << 1 | (number.bit(top - place) ? 1 : 0) }
        for place in 64..<128 { low = low << 1 | (number.bit(top - place) ? 1 : 0) }
        for place in 128...max(128, top) where number.bit(top - place) { isExact = false }
        if !isExact { low += 1 }
        return (high, low)
    }
}
