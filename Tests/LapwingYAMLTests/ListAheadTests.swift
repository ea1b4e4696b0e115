import LapwingText
import SeededRandom
import Testing

@testable import LapwingYAML

@Suite struct `A list whose second half another thread reads` {
    /// What there is to know of a text: its nodes with their places, its comments, or what is wrong with it.
    private func result(_ text: String, readsAhead: Bool) -> String {
        var parser = YAMLParser(SourceText(name: "a.yml", text), limits: .goLike)
        parser.leastAhead = readsAhead ? 1 : .max
        do {
            let documents = try parser.documents()
            return documents.map { "\($0.range) \(shape($0.root)) \($0.comments)" }.joined(separator: "\n") + " \(parser.nodeCount)"
        } catch {
            return "\(error.diagnostic)"
        }
    }

    private func shape(_ node: YAMLNode) -> String {
        let head = "\(node.range)\(node.tag ?? "")\(node.anchor ?? "")\(node.alias ?? "")"
        switch node.content {
        case .scalar(let scalar): return "\(head)'\(scalar.text)'\(scalar.sourceOffset(ofTextOffset: scalar.text.utf8.count))"
        case .sequence(let items): return "\(head)[\(items.map(shape).joined(separator: ","))]"
        case .mapping(let mapping):
            return "\(head){\(mapping.entries.map { "\(shape($0.key)):\(shape($0.value)) \($0.isMerged)" }.joined(separator: ","))}"
        }
    }

    private static let items = [
        "- name: a\n  rules: [x, y]\n", "- 'quoted\n  over\n\n  lines'\n", "- \"quoted\n- like an item\"\n", "- |\n  literal\n  - inner\n",
        "- plain\n  - goes on\n",
        "- &x {a: b}\n", "- *x\n", "- {<<: *x, c: d}\n", "# comment\n", "- # comment\n  b\n", "- - a\n  - b\n", "- ? k\n  : v\n", "-\n", "- [1,\n- 2]\n",
        "-\ta\n", "-  - a\r\n   - b\r\n",
    ]
    private static let faults = [
        "  - wrong\n", "x\n", "- a: 1\n  a: 2\n", "- 'open\n", "- *nothing\n", "...\n", "---\n- other\n", "- [open\n", "k: v\n",
        " x: y\n",
    ]

    @Test(arguments: 0..<150) func `is what it is when one thread reads it, faults included`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let indentation = generator.below(2) == 0 ? "" : "  "
        // So much that the other thread has begun before the first half is read.
        var lines = "- first\n#" + String(repeating: "-", count: 6_000) + "\n"
        let count = 2 + generator.below(8)
        for _ in 0..<count { lines += Self.items[generator.below(Self.items.count)] }
        lines += "#" + String(repeating: "-", count: 5_000 - generator.below(2_000)) + "\n"
        for _ in 0..<count { lines += Self.items[generator.below(generator.below(3) == 0 ? Self.items.count : 5)] }
        if generator.below(3) == 0 { lines += Self.faults[generator.below(Self.faults.count)] + "- last\n" }
        let head = ["", "groups:\n", "x: &x {z: y}\ngroups:\n"][generator.below(3)]
        let body = lines.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : indentation + $0 }.joined(separator: "\n")
        let text = head + body + (generator.below(2) == 0 || head.isEmpty ? "" : "after: list\n")
        #expect(result(text, readsAhead: true) == result(text, readsAhead: false), "seed \(seed)")
    }

    @Test func `is read again where the first half changes what a name in it stands for`() {
        let filler = "  #" + String(repeating: "-", count: 30_000) + "\n"
        let text = "x: &x old\nlist:\n  - first\n  - &x new\n" + filler + "  - last but one\n  - *x\n"
        // By chance the other thread has not begun when the first half is read.
        for _ in 0..<20 { #expect(result(text, readsAhead: true) == result(text, readsAhead: false)) }
    }

    @Test func `may hold no more nodes than a text may, whoever reads them`() {
        let text = "- first\n#" + String(repeating: "-", count: 9_000) + "\n" + String(repeating: "- x\n", count: 4_000)
        for nodes in [4_001, 4_002] {
            var parser = YAMLParser(SourceText(name: "a.yml", text), limits: YAMLLimits(nodes: nodes))
            parser.leastAhead = 1
            #expect(((try? parser.documents()) != nil) == (nodes == 4_002))
        }
    }
}
