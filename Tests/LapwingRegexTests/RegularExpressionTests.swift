import LapwingRegex
import Testing

@Suite struct `A regular expression` {
    @Test(arguments: [
        ("5..", "503", true), ("5..", "5033", false), ("5..", "5é☺", true), ("GET|POST", "POST", true),
        ("GET|POST", "POSTS", false),
        ("foo.*", "foobar", true), ("foo.*", "xfoobar", false), (".*bar", "foobar", true), (".*ob.*", "foobar", true),
        (".*ob.*", "fobar", true),
        (".+", "", false), (".*", "", true), (".+", "a\nb", true), ("a.b", "a\nb", true), ("", "", true),
        ("", "a", false),
        ("(?i)get", "GeT", true), ("(?i)k", "\u{212A}", true), ("(?i)straße", "STRAßE", true), ("\\d+", "123", true),
        ("\\d+", "12a", false),
        ("[^a]", "b", true), ("[^a]", "a", false), ("a{2,3}", "aa", true), ("a{2,3}", "aaaa", false),
        ("\\pL+", "éж", true),
        ("\\PL", "1", true), ("(a|b)*c", "ababc", true), ("a??b", "ab", true), ("[[:alpha:]]+", "ab", true),
        ("\\Qa.b\\E", "a.b", true),
        ("\\Qa.b\\E", "axb", false), ("a|b|", "", true), ("(?:a|b)(?:c|d)", "bd", true), ("^a$", "a", true),
        ("\\x41", "A", true), ("\\x{263a}", "☺", true),
        ("a{,2}", "a{,2}", true), ("x*y*z*", "xxyz", true), ("api-(v1|v2)-.*", "api-v2-x", true),
        ("prometheus.*|loki.*", "loki-1", true),
    ])
    func `matches whole texts as RE2 does`(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try RegularExpression(pattern).matchesWhole(text) == isMatch)
    }

    @Test(arguments: [
        ("(abc", "error parsing regexp: missing closing ): `(abc`"),
        ("abc)", "error parsing regexp: unexpected ): `abc)`"),
        ("[a", "error parsing regexp: missing closing ]: `[a`"),
        ("*a", "error parsing regexp: missing argument to repetition operator: `*`"),
        ("a**", "error parsing regexp: invalid nested repetition operator: `**`"),
        ("[b-a]", "error parsing regexp: invalid character class range: `b-a`"),
        ("\\q", "error parsing regexp: invalid escape sequence: `\\q`"),
        ("a\\", "error parsing regexp: trailing backslash at end of expression: ``"),
        ("a{1001}", "error parsing regexp: invalid repeat count: `{1001}`"),
        ("(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
        ("\\1", "error parsing regexp: invalid escape sequence: `\\1`"),
        ("\\p{Nope}", "error parsing regexp: invalid character class range: `\\p{Nope}`"),
    ])
    func `is refused in Go's words`(pattern: String, message: String) {
        #expect { try RegularExpression(pattern) } throws: { error in
            if "\(error)" != message { Issue.record("\(pattern): \(error)") }
            return true
        }
    }

    @Test func `lists its literals and prefix for an index`() throws {
        #expect(try RegularExpression("a|b|cd").literals == ["a", "b", "cd"])
        #expect(try RegularExpression("x(1|2)?").literals == ["x", "x1", "x2"])
        #expect(try RegularExpression("a.*").literals == nil)
        #expect(try RegularExpression("(?i)a1").literals == ["A1", "a1"])
        #expect(try RegularExpression("api.*").requiredPrefix == "api")
        #expect(try RegularExpression("api|web").requiredPrefix == "")
        #expect(try RegularExpression(".*").matchesEverything)
        #expect(try RegularExpression(".+").matchesEveryNonEmpty)
    }

    @Test(arguments: [
        ("a*", "-", "baac", "-b-c-"), ("(a)(b)?", "[$1$2]", "abxa", "[ab]x[a]"),
        ("(?P<n>x)", "${n}1 $n1 $$", "axb", "ax1  $b"),
        ("(.*):(.*)", "$2:$1", "a:b", "b:a"), ("", "x", "ab", "xaxbx"), ("é", "e", "café", "cafe"),
    ])
    func `replaces as Go does`(pattern: String, template: String, text: String, result: String) throws {
        #expect(try RegularExpression(pattern, options: .go).replacingAll(in: text, with: template) == result)
    }

    @Test func `prefers the first alternative and the greedy repetition`() throws {
        #expect(try RegularExpression("a|ab", options: .go).firstMatch(in: "xab")?.range == 1..<2)
        #expect(try RegularExpression("a+", options: .go).firstMatch(in: "xaab")?.range == 1..<3)
        #expect(try RegularExpression("a+?", options: .go).firstMatch(in: "xaab")?.range == 1..<2)
    }

    @Test(arguments: ["(a+)+$", "(a|a)*", "(a*)*b", "(.*)(.*)(.*)(.*)x", "(a?){30}a{30}", "([a-z]+)+\\d"])
    func `takes linear time whatever the pattern`(pattern: String) throws {
        let expression = try RegularExpression(pattern)
        let clock = ContinuousClock()
        let text = String(repeating: "a", count: 2000) + "!"
        let time = clock.measure { _ = expression.matchesWhole(text) }
        // What grows with a power of the text takes minutes.
        #expect(time < .seconds(10))
    }

    @Test(arguments: [
        String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000), "((a{100}){100}){100}",
        String(repeating: "a", count: 2 << 20),
        "(((a{30}){30}){30}){30}",
    ])
    func `that is monstrous is refused`(pattern: String) {
        #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    }
}
