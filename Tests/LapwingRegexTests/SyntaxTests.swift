import LapwingRegex
import LapwingText
import Testing

@Suite struct `The syntax` {
    @Test(arguments: [
        ("\\Qab\\E*", "abbb", true), ("\\Qab\\E*", "abab", false), ("a(?i)*", "aaa", true), ("a{01}", "a{01}", true),
        ("a{1,01}", "a{1,01}", true),
        ("[a-c-e]+", "a-e", true), ("[\\d-z]+", "1-z", true), ("[]a]+", "]a", true), ("[^\\n]", "\n", false),
        ("[^a]", "\n", true), ("\\_", "_", true),
        ("[[:^alpha:]]", "1", true), ("[[:word:]]+", "a_1", true), ("\\x{10FFFF}", "\u{10FFFF}", true),
        ("\\141", "a", true), ("\\012", "\n", true),
        ("(?U)(a+)(a*)", "aa", true), ("(?m)a$\n^b", "a\nb", true), ("(?-s).", "\n", false), ("(?i:a)b", "AB", false),
        ("(?i)a(?-i)b", "Ab", true),
        ("x{0}", "", true), ("(?<n>a)(?P<n>b)", "ab", true),
    ])
    func `is read as Go reads it`(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try RegularExpression(pattern).matchesWhole(text) == isMatch)
    }

    @Test(arguments: [
        ("a[b", "missing closing ]: `[b`", 1, 3), ("a|*?b", "missing argument to repetition operator: `*?`", 2, 4),
        ("a**?", "invalid nested repetition operator: `**?`", 1, 4),
        ("({2})", "missing argument to repetition operator: `{2}`", 1, 4),
        ("(?i", "invalid or unsupported Perl syntax: `(?i`", 0, 3),
        ("(?x:a)", "invalid or unsupported Perl syntax: `(?x`", 0, 3),
        ("(?<=a)b", "invalid named capture: `(?<=a)b`", 0, 7),
        ("(?P<a b>c)", "invalid named capture: `(?P<a b>`", 0, 8), ("\\C", "invalid escape sequence: `\\C`", 0, 2),
        ("\\8", "invalid escape sequence: `\\8`", 0, 2), ("a{2,1}", "invalid repeat count: `{2,1}`", 1, 6),
        ("é)", "unexpected ): `é)`", 2, 3),
        ("[[:nope:]]", "invalid character class range: `[:nope:]`", 1, 9),
        ("\\p{Klingon}", "invalid character class range: `\\p{Klingon}`", 0, 11),
        ("\\x{110000}", "invalid escape sequence: `\\x{110000`", 0, 9),
    ])
    func `is refused in Go's words, at its place`(pattern: String, message: String, start: Int, end: Int) {
        do throws(RegularExpressionError) {
            _ = try RegularExpression(pattern)
            Issue.record("\(pattern) is accepted")
        } catch {
            #expect(error.message == "error parsing regexp: " + message)
            #expect(error.range == .init(start, end))
        }
    }

    @Test(arguments: [
        ("\\p{Greek}", "λ", "a"), ("\\p{greek}", "Ω", "б"), ("\\P{Greek}", "a", "λ"), ("\\p{^Greek}", "a", "λ"),
        ("\\p{Han}", "漢", "か"),
        ("\\p{Old_Italic}", "\u{10300}", "a"), ("\\p{Cyrillic}", "ж", "z"), ("\\p{Common}", "1", "a"),
        ("\\p{Latin}", "é", "é\u{301}"),
        ("\\p{Letter}", "a", "1"), ("\\p{lu}", "A", "a"), ("\\p{Decimal_Number}", "٣", "x"), ("\\p{LC}", "ǅ", "漢"),
        ("\\pN", "½", "a"),
        ("\\p{Cn}", "\u{E0FFF}", "a"), ("\\p{Assigned}", "a", "\u{E0FFF}"), ("\\p{ASCII}", "a", "é"),
        ("[\\p{Greek}\\d]", "λ", "x"),
        ("[^\\p{L}]", "1", "é"), ("\\p{Sc}", "€", "e"),
    ])
    func `knows Unicode's categories and scripts`(pattern: String, member: String, stranger: String) throws {
        let expression = try RegularExpression(pattern)
        #expect(expression.matchesWhole(member))
        #expect(!expression.matchesWhole(stranger))
    }

    @Test(arguments: [
        "kK\u{212A}", "sSſ", "σςΣ", "βϐΒ", "θϑΘϴ", "µμΜ", "ǅǄǆ", "ßẞ", "åÅ\u{212B}", "ωΩ\u{2126}", "ᾳᾼ",
        "\u{345}ιΙ\u{1FBE}", "вВ\u{1C80}",
        "ა\u{1C90}", "\u{13A0}\u{AB70}", "ÿŸ", "\u{10428}\u{10400}",
    ])
    func `folds the letters that differ in case alone`(orbit: String) throws {
        for letter in orbit.unicodeScalars {
            for pattern in ["(?i)\(letter)", "(?i)[\(letter)]"] {
                let expression = try RegularExpression(pattern)
                for other in orbit.unicodeScalars {
                    #expect(expression.matchesWhole(String(other)), "\(pattern) on \(other)")
                }
                #expect(!expression.matchesWhole("x"))
            }
        }
    }

    @Test func `does not fold the Turkish letters I`() throws {
        #expect(try !RegularExpression("(?i)i").matchesWhole("\u{130}"))
        #expect(try !RegularExpression("(?i)\u{131}").matchesWhole("I"))
        #expect(try RegularExpression("(?i)\u{131}").matchesWhole("\u{131}"))
    }

    @Test func `never traps on any text`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = PatternGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<3000 {
            let pattern = generator.soup(1 + generator.next(10))
            guard let expression = try? RegularExpression(pattern) else { continue }
            accepted += 1
            let whole = expression.matchesWhole("ab1é☺")
            #expect(whole == (expression.wholeMatch("ab1é☺") != nil), "seed \(seed): \(pattern)")
            if let range = expression.firstMatch(in: "ab1é☺")?.range { #expect(range.upperBound <= 8) }
        }
        #expect(accepted > 300, "seed \(seed)")
    }

    @Test func `takes a class of a hundred thousand scalars and a million alternatives' letters`() throws {
        let scalars = (0..<50_000).compactMap { Unicode.Scalar(0x10000 + 2 * UInt32($0)).map(String.init) }.joined()
        #expect(try RegularExpression("[\(scalars)]").matchesWhole("\u{10002}"))
        let names = (0..<10_000).map { "name-\($0)" }
        let expression = try RegularExpression(names.joined(separator: "|"))
        #expect(expression.matchesWhole("name-9999"))
        #expect(!expression.matchesWhole("name-10000"))
        #expect(expression.literals == nil)
    }
}
