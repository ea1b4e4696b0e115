public import LapwingText
import LapwingYAML

/// Where the parts of a file's rules are written, for who points at them.
public struct RuleSource: Sendable {
    private let nodes: [YAMLNode]

    public init(_ source: SourceText) {
        let root = (try? YAML.documents(in: source, limits: .goLike))?.first?.root
        let groups = root?.mapping?["groups"]?.sequence ?? []
        nodes = root?.sequence ?? groups.flatMap { $0.mapping?["rules"]?.sequence ?? [] }
    }

    /// A part of a rule's query.
    ///
    /// - Parameter rule: the range of the rule; what is returned where nothing nearer is known.
    public func range(ofQueryPart part: SourceRange, in rule: SourceRange) -> SourceRange {
        field("expr", of: rule)?.scalar?.sourceRange(ofTextRange: part) ?? rule
    }

    /// The value of a field of a rule.
    public func range(ofField name: String, in rule: SourceRange) -> SourceRange { field(name, of: rule)?.range ?? rule }

    private func field(_ name: String, of rule: SourceRange) -> YAMLNode? { nodes.first { $0.range == rule }?.mapping?[name] }
}
