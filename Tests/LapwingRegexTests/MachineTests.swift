import Testing

@testable import LapwingRegex

/// The same program on every machine that can run it.
private struct Machines {
    let program: RegexProgram
    let table: DeterministicMachine?
    let lazy: LazyMachine?

    init(_ pattern: String) throws(RegularExpressionError) {
        var parser = RegexParser(pattern, flags: .init(foldsCase: false, dotMatchesNewline: true))
        program = try RegexProgram(try parser.parse(), pattern: pattern)
        table = DeterministicMachine(program)
        lazy = LazyMachine(program)
    }

    /// What each machine says of a text as a whole.
    func answers(_ text: [UInt8]) -> [Bool] {
        let pike = PikeMachine(program, groupCount: 0).match(text.span, from: 0, isAnchored: true, mustReachEnd: true)
        let backtracking = BacktrackingMachine(program, groupCount: 0)
            .match(text.span, from: 0, isAnchored: true, mustReachEnd: true)
        return [pike != nil, backtracking != nil]
            + [table?.matches(text.span), lazy?.matches(text.span)].compactMap(\.self)
    }
}

@Suite struct `The machines` {
    /// Shapes of upstream's `regexp_test.go`, and what is hard for one machine or another.
    static let patterns = [
        "", "foo", "^foo", "(foo|bar)", "foo.*", ".*foo", "^.*foo$", "^.+foo$", ".?", ".*", ".+", "foo.+", ".+foo",
        "foo\n.+",
        ".*foo.*|", "(?i).*foo.*", ".*foo.*|bar.*", ".*foo.*bar.*|.*hello.*", "(?-s:.*)", "(?i:(foo|bar))",
        "^(?i:foo|oo)|(bar)$",
        "((.*)(bar|b|buzz)(.+)|foo)$", "^$", "10\\.0\\.(1|2).+", "((fo(bar))|.+foo)", "f.?o", ".?foo.+",
        ".+-.*-.*-.*-.+",
        "(.+)-(.+)-(.+)-(.+)-(.+)", "((.*))(?i:f)((.*))o((.*))o((.*))", "(?i)k.*", ".*(?i:k)", "a.*(?i:sk)",
        "(?i)(ka.+|kb.+)",
        "(^a|b$)c?", "a^b|b", "(?m)^foo$\n?.*", "\\bfoo\\b.*", ".*\\Bo", "[^a-f]+", "\\x{FFFD}oo.*", "foo\\x{FFFD}",
        "[é☺]*", "\\pL+",
        "(a|ab)(c|bcd)(d*)", "(a*)*b?", "(|a)*", "(a?){3}a{3}", "x*^foo", "foo$|$", "(?:$|^)*foo", ".*\\.b.{10}",
    ]
    static let texts =
        [
            "foo", " foo bar", "bar", "buzz\nbar", "bar foo", "bfoo", "\n", "\nfoo", "foo\n", "hello foo world", "",
            "FOO", "fOo", "OO",
            "10.0.1.20", "10.0.3.30", "foofoo", "😀foo0", "ſſs", "aaaa-bb-cc-dd-ee", "----", "\u{212A}", "\u{212A}a",
            "a\u{212A}", "axſk",
            "é☺", "abcd", "aaa", "aaaaaab", "a", "b", "ac", "bc", "x.b0123456789",
        ].map { Array($0.utf8) } + [
            [0xFE] + Array("oo".utf8), Array("foo".utf8) + [0xFE], [0xE2, 0x98], [0xC3, 0xA9, 0xE2],
        ]

    @Test(arguments: patterns) func `agree on whole texts, and with the shape`(pattern: String) throws {
        let machines = try Machines(pattern)
        let expression = try RegularExpression(pattern)
        for text in Self.texts {
            let answers = machines.answers(text)
            #expect(Set(answers).count == 1, "\(pattern) on \(text): \(answers)")
            #expect(expression.matchesWhole(text.span) == answers.first, "\(pattern) on \(text)")
            if let literals = expression.literals {
                #expect(
                    literals.contains(String(decoding: text, as: UTF8.self)) == answers.first, "\(pattern) on \(text)")
            }
            if answers.first == true { #expect(text.starts(with: Array(expression.requiredPrefix.utf8))) }
        }
    }

    @Test(arguments: patterns) func `capture the same groups`(pattern: String) throws {
        let program = try Machines(pattern).program
        let groupCount = try RegularExpression(pattern).groupCount
        for text in Self.texts {
            for isWhole in [false, true] {
                let pike = PikeMachine(program, groupCount: groupCount)
                    .match(text.span, from: 0, isAnchored: isWhole, mustReachEnd: isWhole)
                let backtracking = BacktrackingMachine(program, groupCount: groupCount)
                    .match(text.span, from: 0, isAnchored: isWhole, mustReachEnd: isWhole)
                #expect(pike == backtracking, "\(pattern) on \(text)")
            }
        }
    }

    @Test func `agree with the twin on generated patterns`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = PatternGenerator(seed: seed)
        for _ in 0..<1000 {
            let twin = generator.pattern(depth: 4)
            let machines = try Machines(twin.pattern)
            let expression = try RegularExpression(twin.pattern)
            for _ in 0..<5 {
                let text = generator.text()
                let expected = twin.ends(Array(text), 0).contains(text.count)
                let answers = machines.answers(Array(text.utf8)) + [expression.matchesWhole(text)]
                #expect(answers.allSatisfy { $0 == expected }, "seed \(seed): \(twin.pattern) on \(text): \(answers)")
                guard !twin.hasEmptyRounds else { continue }
                let range = expression.firstMatch(in: text)?.range
                #expect(range == twin.firstMatch(Array(text)), "seed \(seed): \(twin.pattern) on \(text)")
            }
        }
    }

    @Test func `are the ones that a pattern needs`() throws {
        #expect(try Machines("a+|b").table != nil)
        #expect(try Machines(".*a.{15}").table == nil)
        #expect(try Machines(".*a.{15}").lazy != nil)
        #expect(try Machines("a\\b.*").lazy == nil)
    }

    @Test func `forget their states when there are too many, and stay right`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = PatternGenerator(seed: seed)
        let machines = try Machines("[ab]*a[ab]{12}")
        for _ in 0..<40 {
            let text = (0..<200).map { _ in UInt8(ascii: "a") + UInt8(generator.next(2)) }
            #expect(machines.lazy?.matches(text.span) == (text[187] == UInt8(ascii: "a")), "seed \(seed)")
        }
    }

    @Test func `are shared by tasks`() async throws {
        let expression = try RegularExpression("[ab]*a[ab]{12}")
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<50).allSatisfy { round in
                        let text = String(repeating: (task + round) % 2 == 0 ? "a" : "b", count: 40)
                        return expression.matchesWhole(text) == (text.first == "a")
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test func `take what is too long for bits`() throws {
        let text = String(repeating: "ab", count: 50_000) + "-x"
        let expression = try RegularExpression("((?:ab)*)-(.)", options: .go)
        #expect(expression.wholeMatch(text)?.range(ofGroup: 1) == 0..<100_000)
        #expect(expression.wholeMatch(text)?.range(ofGroup: 2) == 100_001..<100_002)
    }
}
