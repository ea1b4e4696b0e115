import LapwingText
import LapwingYAML
import SeededRandom
import Testing

@Suite struct `Editing` {
    private func edited(_ text: String, _ edit: (inout YAMLEditor, YAMLNode) throws -> Void) throws -> String {
        var editor = try YAMLEditor(SourceText(name: "t", text))
        try edit(&editor, editor.root)
        return editor.text
    }

    private func replacing(_ key: String, in text: String, with new: String) throws -> String {
        try edited(text) { editor, root in try editor.replaceText(of: #require(root.mapping?[key]), with: new) }
    }

    @Test(arguments: [
        ("a: x > 1 # why\nb: c\n", "y > 2", "a: y > 2 # why\nb: c\n"),
        ("a: 'it''s'   # why\n", "isn't", "a: 'isn''t'   # why\n"),
        ("a: \"x\\ty\"\n", "a \"b\" \\\n", "a: \"a \\\"b\\\" \\\\\\n\"\n"),
        ("{a: x, b: y}\n", "p, q", "{a: 'p, q', b: y}\n"),
        ("a: text\n", "true", "a: 'true'\n"), ("a: 5\n", "6", "a: 6\n"), ("a:\nb: c\n", "d", "a: d\nb: c\n"),
        ("a: x\n", "y: z #", "a: 'y: z #'\n"),
        ("a: |  # why\n   x\n   + y\n\nb: c\n", "x\n+ z\n", "a: |  # why\n   x\n   + z\n\nb: c\n"),
        ("a: |-\n  x\nb: c\n", "x\n  y\n\nz", "a: |-\n  x\n    y\n\n  z\nb: c\n"),
        ("a: |\n  x\nb: c\n", "x", "a: |-\n  x\nb: c\n"),
        ("a: >\n  x\n  y\nb: c\n", "x y z\n", "a: >\n  x y z\nb: c\n"),
        ("a: >\n  x\n  y\nb: c\n", "x\ny\n", "a: |\n  x\n  y\nb: c\n"),
        ("a: |\n  x\nb: c\n", "  x\ny\n", "a: |2\n    x\n  y\nb: c\n"),
        ("a: |\r\n  x\r\nb: c\r\n", "y\nz\n", "a: |\r\n  y\r\n  z\r\nb: c\r\n"),
        ("a: |\n  x\nb: c\n", "\u{1}", "a: \"\\x01\"\nb: c\n"), ("a: |2-\n    x\nb: c\n", "y", "a: |2-\n  y\nb: c\n"),
    ])
    func `a text is replaced in its own style where that can hold it`(text: String, new: String, expected: String)
        throws
    {
        #expect(try replacing("a", in: text, with: new) == expected)
    }

    @Test func `what is written once and used elsewhere is not changed`() throws {
        #expect(throws: SourceError.self) { try replacing("a", in: "a: &x 1\nb: *x\n", with: "2") }
        #expect(throws: SourceError.self) { try replacing("b", in: "a: &x 1\nb: *x\n", with: "2") }
    }

    /// Once it trapped, where the two changes overlapped.
    @Test(arguments: ["a: x\nb: y\n", "a:\nb: y\n", "a: |\n  x\nb: y\n", "{a: x, b: y}\n"])
    func `what was changed is not changed again`(text: String) throws {
        var editor = try YAMLEditor(SourceText(name: "t", text))
        let (root, node) = (editor.root, try #require(editor.root.mapping?["a"]))
        try editor.replaceText(of: node, with: "z")
        let changed = editor.text
        #expect(throws: SourceError.self) { try editor.replaceText(of: node, with: "w") }
        #expect(throws: SourceError.self) { try editor.replaceText(of: node, with: "x") }
        #expect(throws: SourceError.self) { try editor.update(root, to: .text("w")) }
        #expect(editor.text == changed)
        try editor.set("c", of: root, to: .text("u"))
        try editor.set("d", of: root, to: .text("v"))
        let document = try YAML.document(in: SourceText(name: "t", editor.text))
        #expect(["a", "b", "c", "d"].map { document.root.mapping?[$0]?.scalar?.text } == ["z", "y", "u", "v"])
    }

    private static let list = """
        - name: one   # first
          labels: {a: b, c: d}

        # before two
        - name: two
          values:
            - 1
            - 2  # kept

        """

    private func entry(_ entries: KeyValuePairs<String, YAMLValue>) -> YAMLValue {
        .mapping(entries.map { ($0.key, $0.value) })
    }

    @Test func `entries that are as they should be stay as they are written`() throws {
        let one = entry(["name": .text("one"), "labels": entry(["a": .text("b"), "c": .text("e, f")])])
        let two = entry(["name": .text("two"), "values": .list([.plain("2"), .plain("3"), .plain("4")])])
        let both = try edited(Self.list) { editor, root in try editor.update(root, to: .list([one, two])) }
        #expect(
            both == """
                - name: one   # first
                  labels: {a: b, c: 'e, f'}

                # before two
                - name: two
                  values:
                    - 3
                    - 2  # kept
                    - 4

                """)
        let fewer = try edited(Self.list) { editor, root in
            try editor.update(root, to: .list([entry(["name": .text("two"), "values": .list([])])]))
        }
        #expect(fewer == "\n# before two\n- name: two\n  values: []  # kept\n")
        let more = entry(["name": .text("three"), "values": .list([entry(["x": .text("a\nb"), "y": .text("")])])])
        let three = try edited("a:\n  - name: one\nb: c\n") { editor, root in
            try editor.update(#require(root.mapping?["a"]), to: .list([entry(["name": .text("one")]), more]))
        }
        #expect(
            three
                == "a:\n  - name: one\n  - name: three\n    values:\n      - x: |-\n          a\n          b\n        y: ''\nb: c\n"
        )
    }

    @Test(arguments: [
        ("a: []\n", "a:\n  - x\n  - y\n"), ("- a:\n  b: c\n", "- a:\n    - x\n    - y\n  b: c\n"),
        ("{a: [], b: c}\n", "{a: [x, y], b: c}\n"),
        ("a: [z]  # why\n", "a: [x, y]  # why\n"), ("a:\n- z\nb: c\n", "a:\n- x\n- y\nb: c\n"),
    ])
    func `a list is filled in the form that its surroundings have`(text: String, expected: String) throws {
        let result = try edited(text) { editor, root in
            let mapping = root.mapping ?? root.sequence?.first?.mapping
            try editor.update(#require(mapping?["a"]), to: .list([.text("x"), .text("y")]))
        }
        #expect(result == expected)
    }

    // MARK: Properties

    /// Every scalar that is a value or an item, in the order of the text, with those that editing refuses left out.
    private func scalars(_ node: YAMLNode) -> [YAMLNode] {
        if node.alias != nil || node.anchor != nil { return [] }
        switch node.content {
        case .scalar: return node.range.count > 0 ? [node] : []
        case .sequence(let items): return items.flatMap(scalars)
        case .mapping(let mapping): return mapping.entries.filter { !$0.isMerged }.flatMap { scalars($0.value) }
        }
    }

    private func texts(_ node: YAMLNode) -> [String] { scalars(node).compactMap { $0.scalar?.text } }

    /// Replaces each scalar in turn and reads the whole anew: the others are what they were, and no byte outside of the scalar has changed.
    private func check(_ source: SourceText, _ text: (String) -> String) throws {
        let root = try YAML.document(in: source).root
        for (index, node) in scalars(root).enumerated() {
            let new = text(node.scalar?.text ?? "")
            var editor = try YAMLEditor(source)
            try editor.replaceText(of: node, with: new)
            let edited = editor.text
            let bytes = Array(edited.utf8)
            let (head, tail) = (source.bytes[..<node.range.lowerBound], source.bytes[node.range.upperBound...])
            #expect(
                bytes.starts(with: head) && (bytes.reversed().starts(with: tail.reversed()) || tail.isEmpty),
                "\(source.name): \(edited)")
            guard let read = try? YAML.document(in: SourceText(name: source.name, edited)).root else {
                Issue.record("\(source.name): \(new.debugDescription) cannot be read back: \(edited)")
                continue
            }
            var expected = texts(root)
            expected[index] = new
            #expect(texts(read) == expected, "\(source.name): \(edited)")
        }
    }

    @Test(.enabled(if: SuiteCases.root != nil)) func `in the suite's texts any scalar is replaced and nothing else`()
        throws
    {
        var generator = SeededGenerator(7)
        let words = ["a", "- b", "x: y", "\n", "#", " ", "'", "\"", "  ", "\\", "é", "{", ",", "]", "|", "true", "1"]
        var count = 0
        for one in SuiteCases.all where !one.isRefused {
            let source = SourceText(name: one.name, bytes: one.bytes("in.yaml"))
            guard let documents = try? YAML.documents(in: source), documents.count == 1 else { continue }
            try check(source) { $0 }
            try check(source) { $0 + "x" }
            try check(source) { _ in
                (0..<Int.random(in: 0...6, using: &generator)).map { _ in words.randomElement(using: &generator) ?? "" }
                    .joined()
            }
            count += 1
        }
        #expect(count > 200)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>) func `any value is written into any text and read back`(
        _ seed: UInt64
    ) throws {
        var writer = RoundTripTests.Writer(generator: SeededGenerator(seed))
        var written = 0
        for round in 0..<800 {
            let (old, new) = (writer.tree(3), writer.tree(3))
            guard case .mapping(let entries) = old, !entries.isEmpty else { continue }
            let source = SourceText(name: "seed \(seed), \(round)", "a:" + writer.block(old, 0) + "z: end\n")
            let root = try YAML.document(in: source).root
            var same = try YAMLEditor(source)
            let node = try #require(root.mapping?["a"])
            try same.update(node, to: value(old))
            #expect(!same.isChanged && same.text == source.text)
            var editor = try YAMLEditor(source)
            do {
                try editor.update(node, to: value(new))
            } catch {
                continue
            }
            let text = editor.text
            let read = try? YAML.document(in: SourceText(name: source.name, text)).root
            let held = read?.mapping?["a"].map(RoundTripTests.Tree.init)
            #expect(held.map(sorted) == sorted(new), "\(source.name):\n\(source.text)\nbecame\n\(text)")
            #expect(read?.mapping?["z"]?.scalar?.text == "end")
            written += 1
        }
        #expect(written > 150, "seed \(seed): \(written)")
    }

    private func value(_ tree: RoundTripTests.Tree) -> YAMLValue {
        switch tree {
        case .text(let text): .text(text)
        case .list(let items): .list(items.map(value))
        case .mapping(let entries): .mapping(entries.map { ($0.0, value($0.1)) })
        }
    }

    /// Without the order of keys and items, which stays that of the text.
    private func sorted(_ tree: RoundTripTests.Tree) -> String {
        switch tree {
        case .text(let text): text.debugDescription
        case .list(let items): "[" + items.map(sorted).sorted().joined(separator: ",") + "]"
        case .mapping(let entries):
            "{" + entries.map { $0.0.debugDescription + ":" + sorted($0.1) }.sorted().joined(separator: ",") + "}"
        }
    }
}
