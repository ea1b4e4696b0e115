import Testing

@testable import LapwingRegex

@Suite struct `The shape of a pattern` {
    @Test(arguments: [
        "", "a", "|", "a|", "|a", "api|web1", "web1|api", "a|a", "ab|abc|a", "x:y|x:z", "500|502|503", "a/b-c_d|a/b", "a|b|c|d|e|f|g|h",
    ])
    func `words with bars between have it without a tree`(pattern: String) throws {
        var parser = RegexParser(pattern, .prometheus)
        let shape = RegexShape(try parser.parse())
        let plain = try #require(RegexShape(alternativesOf: pattern))
        #expect(plain.literals == shape.literals)
        #expect(plain.prefix == shape.prefix)
        #expect("\(plain.matcher as Any)" == "\(shape.matcher as Any)")
    }

    @Test(arguments: ["a.c", "a*", "(a)", "[a]", "^a", "a$", "a\\d", "a{2}", "é", "a b", "a|b|c|d|e|f|g|h|i"])
    func `what else stands in a pattern needs a tree`(pattern: String) {
        #expect((RegexShape(alternativesOf: pattern)?.literals) == nil)
    }

    @Test func `a program is made of such a pattern when it is asked for`() throws {
        let expression = try RegularExpression("web1|api")
        #expect(expression.firstMatch(in: "an api")?.range == 3..<6)
        #expect(expression.wholeMatch("web1")?.range == 0..<4)
        #expect(try RegularExpression("API|web", options: .init(isCaseInsensitive: true)).matchesWhole("api"))
    }
}
