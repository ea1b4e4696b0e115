import LapwingText
import LapwingYAML
import Testing

struct YAMLScalarTests {
    private func scalar(_ text: String) throws -> YAMLScalar {
        try #require(try YAML.document(in: SourceText(name: "t", text)).root.scalar)
    }

    @Test(arguments: ["", "~", "null", "Null", "NULL", "!!null ''"])
    func `null is written in four ways`(_ text: String) throws {
        let scalar = try scalar(text)
        #expect(scalar.isNull)
        #expect(!scalar.isString)
    }

    @Test func `truth values are those of the core schema, and only plain`() throws {
        #expect(try scalar("true").bool == true)
        #expect(try scalar("FALSE").bool == false)
        #expect(try scalar("!!bool 'True'").bool == true)
        #expect(try scalar("yes").bool == nil)
        #expect(try scalar("'true'").bool == nil)
        #expect(try scalar("!!str true").bool == nil)
        #expect(try scalar("! true").isString)
    }

    @Test(arguments: [
        ("0", 0), ("-12", -12), ("+7", 7), ("007", 7), ("0o17", 15), ("0xfF", 255), ("!!int \"3\"", 3),
        ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
    ])
    func `a whole number reads as one`(_ text: String, _ value: Int64) throws {
        #expect(try scalar(text).integer == value)
        #expect(try scalar(text).double == Double(value))
    }

    @Test(arguments: [
        "1.0", "1e3", "", "-a", "+", "0o8", "0o", "0x", "0xg", "0x-1", "0o+7", "'1'", "1_000", "9223372036854775808",
        "٣", "1 2",
    ])
    func `what is no whole number of 64 bits reads as none`(_ text: String) throws {
        #expect(try scalar(text).integer == nil)
    }

    @Test(arguments: [
        ("1.5", 1.5), ("-.5", -0.5), ("5.", 5), ("1e3", 1000), ("1.5E-3", 0.0015), (".inf", .infinity),
        ("-.Inf", -.infinity), ("9223372036854775808", 9_223_372_036_854_775_808), ("!!float 2", 2),
    ])
    func `a number reads as a double`(_ text: String, _ value: Double) throws {
        #expect(try scalar(text).double == value)
    }

    @Test(arguments: [".", "-e3", "e3", "1e", "1e+", "inf", "nan", "0x1p3", "1.2.3", "'1.5'", "infinity"])
    func `what is no number reads as text`(_ text: String) throws {
        #expect(try scalar(text).double == nil)
        #expect(try scalar(text).isString)
    }

    @Test func `not a number is a number`() throws {
        #expect(try scalar(".nan").double?.isNaN == true)
    }

    /// The column of `@` in the source, reached through its place in the decoded text.
    @Test(arguments: [
        "expr: up @ 3", "expr:   'it''s @'", #"expr: "a\n\u00e9\tb @""#, "expr: |\n  up\n  or @\n",
        "expr: >-\n   sum(\n     rate(x)\n\n   ) @", "expr: up\n  or\n\n  vector(@)", "expr: 'up\n\n  or @'",
        "expr: \"up \\\n   @\"", "- - |2\n     x\n    @\n", "expr: |+\r\n  a\r\n  @\r\n",
    ])
    func `a place in the text is found in the source`(_ text: String) throws {
        let source = SourceText(name: "t", text)
        let root = try YAML.document(in: source).root
        let scalar = try #require(root.mapping?["expr"]?.scalar ?? root.sequence?.first?.sequence?.first?.scalar)
        let inText = try #require(Array(scalar.text.utf8).firstIndex(of: UInt8(ascii: "@")))
        let inSource = try #require(source.bytes.firstIndex(of: UInt8(ascii: "@")))
        #expect(scalar.sourceOffset(ofTextOffset: inText) == inSource)
        #expect(scalar.sourceRange(ofTextRange: SourceRange(inText, inText + 1)) == SourceRange(inSource, inSource + 1))
    }

    @Test func `the end of a text is the byte after its last one`() throws {
        let scalar = try scalar("'ab'  ")
        #expect(scalar.sourceOffset(ofTextOffset: 2) == 3)
        #expect(scalar.sourceOffset(ofTextOffset: 99) == 3)
        #expect(scalar.sourceOffset(ofTextOffset: -1) == 1)
    }

    @Test func `an escape comes from its backslash`() throws {
        let scalar = try scalar(#""a\u0041b""#)
        #expect((0...3).map { scalar.sourceOffset(ofTextOffset: $0) } == [1, 2, 8, 9])
    }

    @Test(.enabled(if: SuiteCases.root != nil, "yaml-test-suite is not at ../shared/corpora/yaml"))
    func `every byte of every text of the suite is found in its source`() throws {
        for item in SuiteCases.all {
            let source = SourceText(name: item.name, bytes: item.bytes("in.yaml"))
            guard let documents = try? YAML.documents(in: source) else { continue }
            for document in documents {
                #expect(TreeCheck.fault(of: document.root, in: source, within: nil) == nil, "\(item.name)")
            }
        }
    }
}
