import Testing

@testable import LapwingText

@Suite struct PercentCodingTests {
    @Test(arguments: [
        ("a%20b", "a b"), ("a+b", "a+b"), ("%C3%a9", "é"), ("", ""), ("%2F", "/"), ("%FF", "\u{FFFD}"),
    ])
    func `escapes are resolved`(text: String, expected: String) {
        #expect(PercentCoding.decode(text) == expected)
    }

    @Test(arguments: ["%", "%2", "%zz", "a%2", "%%20", "%+f", "%-1"])
    func `a broken escape is refused`(text: String) {
        #expect(PercentCoding.decode(text) == nil)
    }

    @Test func `what is encoded decodes to itself`() {
        let text = "rate(x{a=\"é/ü\"}[5m]) + 1 & 2 % 3"
        #expect(PercentCoding.decode(PercentCoding.encode(text), plusIsSpace: true) == text)
        #expect(PercentCoding.encode("a b&c/~") == "a%20b%26c%2F~")
    }

    @Test(arguments: [("a%2", "a%2"), ("%+f", "%+f"), ("%%41+", "%A+"), ("%C3%A9%", "é%")])
    func `read leniently, a broken escape stands for itself`(text: String, expected: String) {
        #expect(PercentCoding.decodeLeniently(text[...].utf8) == expected)
    }

    @Test func `a form's space is a plus sign, and its plus sign an escape`() {
        #expect(PercentCoding.encode("a b+c-_.~", plusIsSpace: true) == "a+b%2Bc-_.~")
        #expect(PercentCoding.decodeLeniently("a+b%2Bc"[...].utf8, plusIsSpace: true) == "a b+c")
    }
}

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the vectors of RFC 4648 hold`(text: String, expected: String) {
        #expect(Base64.encode(Array(text.utf8)) == expected)
    }

    @Test(arguments: [("Zm9v", "foo"), ("Zm8=", "fo"), ("Zg", "f"), ("_-8", "\u{FF}\u{EF}"), ("/+8=", "\u{FF}\u{EF}")])
    func `both alphabets are read, padded or not`(text: String, expected: String) {
        #expect(Base64.decode(text) == expected.unicodeScalars.map { UInt8($0.value) })
    }

    @Test(arguments: ["Zm9v!", "Zm 9v", "é"])
    func `what is no base 64 is none`(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}

@Suite struct HexadecimalTests {
    @Test func `bytes come back from their digits, in either case`() {
        let bytes = Array(UInt8.min...UInt8.max)
        let digits = Hexadecimal.encode(bytes)
        #expect(digits.hasPrefix("000102") && digits.hasSuffix("fdfeff"))
        #expect(Hexadecimal.decode(digits) == bytes)
        #expect(Hexadecimal.decode(digits.uppercased()) == bytes)
    }

    @Test(arguments: ["+f", "-1", "0", "0g", "abc", " 1", "é0"])
    func `a sign, half a byte and other letters are refused`(text: String) {
        #expect(Hexadecimal.decode(text) == nil)
    }
}
