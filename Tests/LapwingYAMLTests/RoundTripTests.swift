import LapwingText
import LapwingYAML
import SeededRandom
import Testing

/// Random trees, written in random styles by a writer that knows only the grammar's productions, and read back.
struct RoundTripTests {
    indirect enum Tree: Equatable {
        case text(String)
        case list([Tree])
        case mapping([(String, Tree)])

        static func == (a: Tree, b: Tree) -> Bool {
            switch (a, b) {
            case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
            case (.list(let a), .list(let b)): a == b
            case (.mapping(let a), .mapping(let b)):
                a.count == b.count && zip(a, b).allSatisfy { $0.0 == $1.0 && $0.1 == $1.1 }
            default: false
            }
        }

        init(_ node: YAMLNode) {
            switch node.content {
            case .scalar(let scalar): self = .text(scalar.text)
            case .sequence(let items): self = .list(items.map(Tree.init))
            case .mapping(let mapping):
                self = .mapping(mapping.entries.map { ($0.key.scalar?.text ?? "?", Tree($0.value)) })
            }
        }
    }

    struct Writer {
        var generator: SeededGenerator
        mutating func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

        mutating func text() -> String {
            let alphabet = ["a", "b", "é", " ", "\n", "\t", "'", "\"", ":", "#", "-", "\\", "x y", "😀", "{"]
            return (0..<roll(9)).map { _ in alphabet[roll(alphabet.count)] }.joined()
        }

        mutating func tree(_ depth: Int) -> Tree {
            switch depth == 0 ? 0 : roll(3) {
            case 0: .text(text())
            case 1: .list((0..<roll(4)).map { _ in tree(depth - 1) })
            default: .mapping((0..<roll(4)).map { ("k\($0)" + text(), tree(depth - 1)) })
            }
        }

        mutating func quoted(_ text: String) -> String {
            let isWord = !text.isEmpty && text.allSatisfy { $0.isLetter && $0.isASCII }
            if isWord, roll(2) == 0 { return text }
            if !text.contains("\n"), roll(2) == 0 { return "'" + text.replacing("'", with: "''") + "'" }
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\"" + escaped.replacing("é", with: roll(2) == 0 ? "\\u00e9" : "é") + "\""
        }

        mutating func flow(_ tree: Tree) -> String {
            let gap = ["", " ", "  "][roll(3)]
            switch tree {
            case .text(let text): return quoted(text)
            case .list(let items): return "[" + items.map { flow($0) + gap }.joined(separator: "," + gap) + "]"
            case .mapping(let entries):
                return "{" + entries.map { quoted($0) + gap + ": " + flow($1) }.joined(separator: "," + gap) + "}"
            }
        }

        /// The text after an indicator in column `column` (−1 at the top), from its white space to its line break.
        mutating func block(_ tree: Tree, _ column: Int) -> String {
            let inner = column + 1 + roll(3)
            let margin = String(repeating: " ", count: inner)
            switch tree {
            case .list(let items) where !items.isEmpty && roll(4) > 0:
                return "\n" + items.map { margin + "-" + block($0, inner) }.joined()
            case .mapping(let entries) where !entries.isEmpty && roll(4) > 0:
                return "\n" + entries.map { margin + quoted($0) + ":" + block($1, inner) }.joined()
            case .text(let text) where !text.isEmpty && column >= 0 && roll(2) == 0:
                return literal(text, column)
            default:
                return " " + flow(tree) + ["\n", " # note\n", "\n\n"][roll(3)]
            }
        }

        mutating func literal(_ text: String, _ column: Int) -> String {
            let step = 1 + roll(4)
            let margin = String(repeating: " ", count: column + step)
            let chomping = text.hasSuffix("\n") ? "+" : "-"
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if text.hasSuffix("\n") { lines.removeLast() }
            return " |\(step)\(chomping)\n" + lines.map { $0.isEmpty ? "\n" : margin + $0 + "\n" }.joined()
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `what is written is read back`(_ seed: UInt64) throws {
        var writer = Writer(generator: SeededGenerator(seed))
        for _ in 0..<300 {
            let tree = writer.tree(4)
            let text = "---" + writer.block(tree, -1)
            let read = try YAML.document(in: SourceText(name: "seed \(seed)", text)).root
            #expect(Tree(read) == tree, "seed \(seed): \(text.debugDescription)")
        }
    }
}
