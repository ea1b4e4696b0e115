import LapwingPromQL
public import LapwingText
import LapwingYAML

/// A rule file with its expressions in canonical form and everything else as it is written.
public struct RuleFormat: Sendable {
    public let text: String
    /// The expressions that are not in canonical form.
    public let changes: [Diagnostic]
    /// Those that are left as they are, and why.
    public let exceptions: [Diagnostic]

    /// - Throws: what is wrong with the file.
    public init(_ source: SourceText) throws(SourceError) {
        _ = try RuleFile.read(source)
        var editor = try YAMLEditor(source, limits: .goLike, passesOverOthers: true)
        var changes: [Diagnostic] = []
        var exceptions: [Diagnostic] = []
        for node in Self.expressions(in: editor.root) {
            guard let scalar = node.scalar, let query = try? PreparedQuery(scalar.text) else { continue }
            let text = Self.text(of: query, in: scalar)
            if text == scalar.text { continue }
            if let bare = query.textWithoutComments {
                // Canonical but for its comments is as good as it can be.
                if bare == text.split(separator: "\n").joined(separator: "\n") { continue }
                exceptions.append(Self.finding("left as it is, since its comments would be lost", at: node.range))
                continue
            }
            do throws(SourceError) {
                try editor.replaceText(of: node, with: text)
                changes.append(Self.finding("the expression is not in canonical form", at: node.range))
            } catch {
                exceptions += error.diagnostics.map { Self.finding("left as it is: \($0.message)", at: $0.range) }
            }
        }
        (text, self.changes, self.exceptions) = (editor.text, changes, exceptions)
    }

    private static func finding(_ message: String, at range: SourceRange?) -> Diagnostic {
        Diagnostic(.warning, message, at: range, check: "promql/format")
    }

    /// What stands in lines stays in lines, and what stands in one line stays in one.
    private static func text(of query: PreparedQuery, in scalar: YAMLScalar) -> String {
        switch scalar.style {
        case .literal, .folded: query.expression.prettyText() + (scalar.text.hasSuffix("\n") ? "\n" : "")
        case .plain, .singleQuoted, .doubleQuoted: query.expression.description
        }
    }

    /// Each once, however many rules have it by an alias or a merge key.
    private static func expressions(in root: YAMLNode) -> [YAMLNode] {
        let groups = root.mapping?["groups"]?.sequence ?? []
        let rules = root.sequence ?? groups.flatMap { $0.mapping?["rules"]?.sequence ?? [] }
        var seen: Set<SourceRange> = []
        return rules.compactMap { $0.mapping?["expr"] }.filter { seen.insert($0.range).inserted }
    }
}
