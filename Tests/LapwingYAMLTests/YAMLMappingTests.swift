import LapwingText
import LapwingYAML
import Testing

struct YAMLMappingTests {
    private func root(_ text: String) throws -> YAMLNode { try YAML.document(in: SourceText(name: "t", text)).root }

    private func message(_ text: String) -> String? {
        do {
            _ = try YAML.document(in: SourceText(name: "t", text))
            return nil
        } catch { return error.diagnostics.first?.message }
    }

    @Test func `entries keep their order and are found by key`() throws {
        let mapping = try #require(try root("b: 1\na: 2\n'c': 3\n").mapping)
        #expect(mapping.entries.map { $0.key.scalar?.text } == ["b", "a", "c"])
        #expect(mapping["a"]?.scalar?.integer == 2)
        #expect(mapping["c"]?.scalar?.integer == 3)
        #expect(mapping["d"] == nil)
        #expect(mapping.entry("b")?.key.range == SourceRange(0, 1))
    }

    @Test func `a key given twice is refused at its second place, naming the first`() throws {
        let source = SourceText(name: "t", "a: 1\nb:\n  c: 1\n  'c': 2\n")
        let error = #expect(throws: SourceError.self) { try YAML.document(in: source) }
        let diagnostic = try #require(error?.diagnostics.first)
        #expect(diagnostic.message == "key 'c' is given twice; first at line 3, column 3")
        #expect(diagnostic.range == SourceRange(17, 20))
        #expect(diagnostic.check == "duplicate-key")
    }

    @Test func `a key given twice is found among many`() {
        let lines = (0..<1_000).map { "k\($0): 1\n" }.joined()
        #expect(message(lines) == nil)
        #expect(message(lines + "k500: 2\n") == "key k500 is given twice; first at line 501, column 1")
    }

    @Test(arguments: [
        "{a: 1, a: 2}", "1: a\n0x1: b", "~: a\n: b", "? [a, b]\n: 1\n? - a\n  - 'b'\n: 2",
        "{{a: 1, b: 2}: 1, {b: 2, a: 1}: 2}",
    ])
    func `keys are the same when they mean the same`(_ text: String) {
        #expect(message(text)?.contains("given twice") == true)
    }

    @Test(arguments: [
        "1: a\n'1': b", "true: a\n'true': b", "a: 1\nA: 2", "!x a: 1\na: 2", "? [a]\n: 1\n? [b]\n: 2", "1: a\n1.0: b",
    ])
    func `keys differ when their kinds or texts do`(_ text: String) {
        #expect(message(text) == nil)
    }

    @Test func `a merge key brings in what is not written`() throws {
        let text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nrule:\n  <<: [*b, *m]\n  x: 9\n"
        let rule = try #require(try root(text).mapping?["rule"]?.mapping)
        #expect(rule.entries.map { $0.key.scalar?.text } == ["x", "y", "z"])
        #expect(rule.entries.map { $0.value.scalar?.integer } == [9, 2, 4])
        #expect(rule.entries.map(\.isMerged) == [false, true, true])
        #expect(rule.merges.count == 1)
    }

    @Test func `a quoted merge key is a key like others`() throws {
        #expect(try root("'<<': 1").mapping?["<<"]?.scalar?.integer == 1)
    }

    @Test(arguments: ["<<: 3", "<<: [a]", "<<: [[{}]]"])
    func `a merge key takes nothing but mappings`(_ text: String) {
        #expect(message(text)?.hasPrefix("\"<<\" merges mappings") == true)
    }
}
