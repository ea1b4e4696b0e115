import LapwingText
import LapwingYAML
import Testing

struct YAMLDocumentTests {
    @Test func `nodes know where they are written`() throws {
        let source = SourceText(name: "t", "groups:\n- &g !!map\n  name: 'a b'   # why\n  rules: [x, {y: z}]\n")
        let group = try #require(try YAML.document(in: source).root.mapping?["groups"]?.sequence?.first)
        #expect(group.anchor == "g")
        #expect(group.tag == "tag:yaml.org,2002:map")
        #expect(source[group.range] == "name: 'a b'   # why\n  rules: [x, {y: z}]")
        let mapping = try #require(group.mapping)
        #expect(mapping.entries.map { source[$0.key.range] } == ["name", "rules"])
        #expect(mapping.entries.map { source[$0.value.range] } == ["'a b'", "[x, {y: z}]"])
        #expect(mapping["rules"]?.sequence?.map { source[$0.range] } == ["x", "{y: z}"])
    }

    @Test func `two escapes stand for one character where JSON writes it so`() throws {
        let source = SourceText(name: "t", #"{"a": "x\ud83d\ude00y", "b": "\uD834\uDD1E\u0041"}"#)
        let mapping = try #require(try YAML.document(in: source).root.mapping)
        #expect(mapping.entries.map { $0.value.scalar?.text } == ["x😀y", "𝄞A"])
    }

    @Test func `an alias has its own place and the content of what it names`() throws {
        let source = SourceText(name: "t", "a: &x [1]\nb: *x\n")
        let alias = try #require(try YAML.document(in: source).root.mapping?["b"])
        #expect(alias.alias == "x")
        #expect(source[alias.range] == "*x")
        #expect(alias.sequence?.first.map { source[$0.range] } == "1")
    }

    @Test func `comments are kept with the document that they stand in`() throws {
        let source = SourceText(name: "t", "# head\na: 1 # one\n# tail\n---\n# two\nb: |  # text\n  # no comment\n")
        let documents = try YAML.documents(in: source)
        #expect(
            documents.map { $0.comments.map { source[$0] } } == [["# head", "# one", "# tail"], ["# two", "# text"]])
    }

    @Test func `a text of nothing holds no document and reads as null`() throws {
        let source = SourceText(name: "t", "# only this\n")
        #expect(try YAML.documents(in: source).isEmpty)
        #expect(try YAML.document(in: source).root.isNull)
    }

    @Test func `a second document is refused where one is expected`() {
        let source = SourceText(name: "t", "a: 1\n---\nb: 2\n")
        let error = #expect(throws: SourceError.self) { try YAML.document(in: source) }
        #expect(error?.diagnostics.first?.range?.lowerBound == 5)
        #expect(error?.diagnostics.first?.message == "expected one document, found 2: the second starts here")
    }

    @Test func `a byte order mark is read past`() throws {
        let source = SourceText(name: "t", "\u{FEFF}a: 1\n")
        let root = try YAML.document(in: source).root
        #expect(root.mapping?["a"]?.scalar?.integer == 1)
        #expect(root.range.lowerBound == 3)
    }

    @Test func `line breaks of three kinds are one`() throws {
        let root = try YAML.document(in: SourceText(name: "t", "a: |\r\n  x\r\n  y\rb: 'p\r\n  q'\n")).root
        #expect(root.mapping?["a"]?.scalar?.text == "x\ny\n")
        #expect(root.mapping?["b"]?.scalar?.text == "p q")
    }

    @Test func `what is ignored is said`() throws {
        let documents = try YAML.documents(in: SourceText(name: "t", "%YAML 1.1\n%FOO bar\n---\na\n---\nb\n"))
        #expect(
            documents.map { $0.warnings.map(\.message) } == [
                ["YAML 1.1 is read as YAML 1.2", "directive %FOO is unknown and ignored"], [],
            ])
    }

    @Test func `kinds have names that a person uses`() throws {
        let root = try YAML.document(in: SourceText(name: "t", "[{}, [], a, 1, true, ~]")).root
        #expect(
            root.sequence?.map(\.kindName) == ["a mapping", "a list", "text", "a number", "a truth value", "nothing"])
    }
}
