import LapwingText
import SeededRandom
import Testing

@Suite struct `Numbers as Go writes and reads them` {
    @Test(arguments: [
        (0.1, "0.1"), (1, "1"), (-0.0, "-0"), (1e21, "1e+21"), (123_456_789, "1.23456789e+08"), (1e-5, "1e-05"),
        (0.0001, "0.0001"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (100000, "100000"), (1e6, "1e+06"),
    ])
    func `the general form turns to an exponent as strconv does`(value: Double, text: String) {
        #expect(GoNumber.text(value) == text)
    }

    @Test(arguments: [
        (1e21, "1000000000000000000000"), (1e-7, "0.0000001"), (123.456, "123.456"), (-2.5, "-2.5"),
        (1e15, "1000000000000000"),
        (1.5e15, "1500000000000000"), (0.30000000000000004, "0.30000000000000004"),
        (9_007_199_254_740_992, "9007199254740992"),
    ])
    func `the fixed form never has an exponent`(value: Double, text: String) {
        #expect(GoNumber.text(value, .fixed) == text)
    }

    @Test func `a precision rounds to even as the C library does`() {
        #expect(GoNumber.text(2.5, .fixed, precision: 0) == "2")
        #expect(GoNumber.text(1234.5678, .exponent, precision: 2) == "1.23e+03")
        #expect(GoNumber.text(1234.5678, .general, precision: 3) == "1.23e+03")
    }

    @Test(arguments: [
        ("1", 1), ("-1.5", -1.5), ("+3", 3), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("0x1p-2", 0.25),
        ("Inf", .infinity),
        ("-infinity", -.infinity), ("0.1", 0.1), ("123456789012345678", 123_456_789_012_345_680), ("1e400", .infinity),
        ("3.14159265358979", 3.14159265358979), ("000000000000001", 1),
    ])
    func `a number is read as strconv reads it`(text: String, value: Double) {
        #expect(GoNumber.parse(text) == value)
    }

    @Test(arguments: [
        "", "-", "+", ".", "e3", "1e", "0x", "0x1", "1_000", "1 ", " 1", "1a", "infin", "--1", "1.2.3", "na",
    ])
    func `what is no number is refused`(text: String) { #expect(GoNumber.parse(text) == nil) }

    @Test func `not-a-number is read in any case`() { #expect(GoNumber.parse("nAn")?.isNaN == true) }

    @Test func `every number reads back as itself`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            for format in [GoNumber.Format.fixed, .exponent, .general] {
                let text = GoNumber.text(value, format)
                #expect(GoNumber.parse(text)?.bitPattern == value.bitPattern, "seed \(seed): \(value) as \(text)")
            }
        }
    }

    @Test func `short decimals with exponents are read to the nearest number, as the standard library reads them`() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        for _ in 0..<20_000 {
            var text = random.below(2) == 0 ? "-" : ""
            text += (0...random.below(9)).map { _ in "\(random.below(10))" }.joined()
            if random.below(2) == 0 { text += "." + (0...random.below(8)).map { _ in "\(random.below(10))" }.joined() }
            if random.below(2) == 0 { text += ["e", "E", "e+", "e-"][random.below(4)] + "\(random.below(random.below(2) == 0 ? 30 : 400))" }
            #expect(GoNumber.parse(text)?.bitPattern == Double(text)?.bitPattern, "seed \(seed): \(text)")
        }
    }
}
