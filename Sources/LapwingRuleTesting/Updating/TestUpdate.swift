public import LapwingText
import LapwingYAML

/// A file of unit tests with what was got in the place of what was expected; comments and layout stay.
public struct TestUpdate: Sendable {
    public let text: String
    /// How many expectations were changed.
    public let count: Int
    /// Those that could not be, and why.
    public let exceptions: [Diagnostic]

    /// - Throws: what is wrong with the file.
    public init(_ file: UnitTestFile, with corrections: [ExpectationCorrection]) throws(SourceError) {
        var editor = try YAMLEditor(file.source, limits: .goLike)
        var count = 0
        var exceptions: [Diagnostic] = []
        let nodes = Self.expectations(in: editor.root)
        var shared: Set<SourceRange> = []
        for correction in corrections {
            let places = nodes.filter { $0.range == correction.range }
            guard let node = places.first else { continue }
            if places.count > 1 {
                guard shared.insert(node.range).inserted else { continue }
                let message = "several tests have this expectation by an alias, and need not get the same"
                exceptions.append(Diagnostic(message, at: node.range, help: "change it by hand", check: "yaml/editing"))
                continue
            }
            do throws(SourceError) {
                var changed = editor
                try changed.set(correction.field, of: node, to: correction.value)
                editor = changed
                count += 1
            } catch {
                exceptions += error.diagnostics
            }
        }
        (text, self.count, self.exceptions) = (editor.text, count, exceptions)
    }

    private static func expectations(in root: YAMLNode) -> [YAMLNode] {
        let tests = root.mapping?["tests"]?.sequence ?? []
        return tests.flatMap { test in
            ["alert_rule_test", "promql_expr_test", "notification_test"].flatMap { test.mapping?[$0]?.sequence ?? [] }
        }
    }
}
