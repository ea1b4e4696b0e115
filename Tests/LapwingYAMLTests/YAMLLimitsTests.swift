import LapwingText
import LapwingYAML
import Testing

struct YAMLLimitsTests {
    private func fault(_ text: String, _ limits: YAMLLimits = YAMLLimits()) -> Diagnostic? {
        do {
            _ = try YAML.documents(in: SourceText(name: "t", text), limits: limits)
            return nil
        } catch { return error.diagnostics.first }
    }

    @Test func `nesting is limited in every form`() {
        let forms: [(Int) -> String] = [
            { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) },
            { String(repeating: "{a: ", count: $0) + String(repeating: "}", count: $0) },
            { String(repeating: "- ", count: $0) },
            { String(repeating: "? ", count: $0) },
            { (0..<$0).map { String(repeating: " ", count: $0) + "a:\n" }.joined() },
        ]
        for form in forms {
            #expect(fault(form(60)) == nil)
            #expect(fault(form(100))?.message == "collections nest deeper than 64 levels")
            #expect(fault(form(2_000))?.check == "depth-limit")
        }
    }

    @Test func `no depth beyond 256 can be asked for`() {
        #expect(YAMLLimits(depth: 1_000_000).depth == 256)
        #expect(fault(String(repeating: "[", count: 300), YAMLLimits(depth: .max))?.check == "depth-limit")
    }

    @Test func `aliases do not hide depth`() {
        for item in [
            "[*NAME]", "{*NAME : 1}", "{x: *NAME}", "\n    *NAME : 1", "\n  - *NAME", "[*NAME : 1]",
            "\n    ? *NAME\n    : x",
        ] {
            var text = "- &a0 x\n"
            for level in 1...200 {
                text += "- &a\(level) " + item.replacing("NAME", with: "a\(level - 1)") + "\n"
            }
            #expect(fault(text)?.check == "depth-limit", "\(item)")
        }
    }

    @Test func `a bomb of aliases is refused by the number of nodes`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(fault(text)?.message == "more than 1000000 nodes, with every alias counted as often as it is used")
        #expect(fault("[1, 2, 3]", YAMLLimits(nodes: 3))?.check == "node-limit")
        #expect(fault("[1, 2, 3]", YAMLLimits(nodes: 4)) == nil)
    }

    @Test func `a bomb of merges is refused by the number of nodes`() {
        var text = "a0: &a0 {k: [x, x, x, x, x, x, x, x, x, x]}\n"
        for level in 1...9 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) {<<: [\(items)], k\(level): [\(items)]}\n"
        }
        #expect(fault(text)?.check == "node-limit")
    }

    @Test func `a long key needs a question mark`() {
        let key = String(repeating: "é", count: 1024)
        #expect(fault("\(key): 1") == nil)
        #expect(fault("\(key)x: 1")?.message == "this key has 1025 characters; at most 1024 may stand before a colon")
        #expect(fault("? \(key)x\n: 1") == nil)
        #expect(fault("[\(key)x: 1]") != nil)
    }

    @Test func `a text has a size limit`() {
        #expect(fault("abc", YAMLLimits(bytes: 2))?.message == "the text has 3 bytes; at most 2 are read")
    }
}
