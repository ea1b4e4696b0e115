import LapwingText
import LapwingYAML
import Testing

/// yaml-test-suite, whole: event streams, JSON, refusals.
@Suite(.enabled(if: SuiteCases.root != nil, "yaml-test-suite is not at ../shared/corpora/yaml"))
struct SuiteTests {
    /// Cases whose documents are refused though their events are well-formed, with why.
    static let refused: [String: String] = [
        "2JQS": "two empty keys in one mapping: given twice",
        "X38W": "a key and an alias to it: given twice",
    ]

    @Test func `the suite is there whole`() {
        #expect(SuiteCases.all.count == 402)
    }

    @Test(arguments: SuiteCases.all.filter { !$0.isRefused && refused[$0.name] == nil })
    func `a case gives its events`(_ item: SuiteCases.Case) throws {
        let documents = try YAML.documents(in: SourceText(name: item.name, bytes: item.bytes("in.yaml")))
        let expected = (item.file("test.event") ?? "").split(separator: "\n").map(String.init)
        #expect(EventText.lines(documents) == expected)
    }

    @Test(arguments: SuiteCases.all.filter { !$0.isRefused && $0.file("in.json") != nil })
    func `a case gives its JSON`(_ item: SuiteCases.Case) throws {
        let documents = try YAML.documents(in: SourceText(name: item.name, bytes: item.bytes("in.yaml")))
        #expect(
            documents.map { JSONText.canonical($0.root) }
                == (try JSONText.canonicalDocuments(item.file("in.json") ?? "")))
    }

    @Test(arguments: SuiteCases.all.filter { $0.isRefused || refused[$0.name] != nil })
    func `a case that is no YAML is refused with a place`(_ item: SuiteCases.Case) {
        let source = SourceText(name: item.name, bytes: item.bytes("in.yaml"))
        let error = #expect(throws: SourceError.self) { try YAML.documents(in: source) }
        #expect(error?.diagnostics.count == 1)
        #expect(error?.diagnostics.first?.range != nil)
    }
}
