import LapwingText
import Testing

@Suite struct `A diagnostic points at its cause` {
    private let source = SourceText(name: "rules.yml", "groups:\n\t- name: ü x\n")

    @Test func `the rendering shows the line with carets under the bytes meant`() {
        let problem = Diagnostic("not this", at: SourceRange(17, 19), help: "that", check: "c")
        #expect(
            problem.rendered(in: source) == """
                rules.yml:2:10: error: not this (c)
                 2 |  - name: ü x
                   |          ^
                   = help: that
                """)
    }

    @Test func `a range over lines is underlined to the end of its first`() {
        let problem = Diagnostic(.warning, "all", at: SourceRange(0, 20))
        #expect(problem.rendered(in: source).contains("| ^~~~~~~"))
    }

    /// A page from elsewhere could colour, or rewrite, what the terminal showed.
    @Test func `what would command a terminal is shown as a picture of it`() {
        let hostile = SourceText(name: "page", "a\u{1B}[2Jb\u{7}\u{7F}\u{9B}é x")
        let lines = Diagnostic("here", at: SourceRange(14, 15)).rendered(in: hostile).split(separator: "\n")
        #expect(lines[1] == " 1 | a␛[2Jb␇␡\u{FFFD}é x" && lines[2] == "   |             ^")
    }

    @Test func `a long line is cut around the place`() {
        let long = SourceText(name: "q", String(repeating: "a", count: 1000) + "!" + String(repeating: "b", count: 1000))
        let lines = Diagnostic("here", at: SourceRange(1000, 1001)).rendered(in: long).split(separator: "\n")
        let column = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
        #expect(column.map { Array(lines[1])[$0] } == "!")
        #expect(lines[1].count < 200)
    }

    @Test func `offsets outside the text are moved to its ends`() {
        #expect(source.position(of: 10_000) == SourcePosition(line: 3, column: 1))
        #expect(source.position(of: -1) == SourcePosition(line: 1, column: 1))
    }

    @Test func `the nearest spelling is found and a far one is not`() {
        #expect(Spelling.nearest(to: "anotations", in: ["labels", "annotations"]) == "annotations")
        #expect(Spelling.nearest(to: "xyz", in: ["labels", "annotations"]) == nil)
        #expect(Spelling.nearest(to: "ofr", in: ["for", "expr"]) == "for")
        // Of two at one edit, the one whose end was left off.
        #expect(Spelling.nearest(to: "rat", in: ["rad", "rate"]) == "rate")
        #expect(Spelling.nearest(to: "rat", in: ["rad", "cat"]) == "rad")
    }
}

@Suite struct `JSON is written as Go writes it` {
    @Test func `commas stand where they belong`() {
        var json = JSONWriter()
        json.object { json in
            json.key("a")
            json.array { json in
                json.integer(1)
                json.null()
                json.object { _ in }
            }
            json.member("b", "c")
        }
        #expect(json.text == #"{"a":[1,null,{}],"b":"c"}"#)
    }

    @Test(arguments: [
        ("<&>", #""\u003c\u0026\u003e""#), ("\"\\\n\t\u{1}", #""\"\\\n\t\u0001""#), ("\u{2028}é", #""\u2028é""#),
    ])
    func `strings are escaped`(text: String, json: String) {
        var writer = JSONWriter()
        writer.string(text)
        #expect(writer.text == json)
    }

    @Test(arguments: [(1.5, "1.5"), (1e-7, "1e-7"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-10, "1e-10")])
    func `numbers turn to an exponent as in Go`(value: Double, json: String) {
        var writer = JSONWriter()
        writer.number(value)
        #expect(writer.text == json)
    }
}
