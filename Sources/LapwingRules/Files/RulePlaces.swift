public import LapwingText
import LapwingYAML

/// Where the parts of a rule stand in its file, for whoever has something to say about them.
public struct RulePlaces: Sendable {
    /// The value of `alert` or `record`.
    public var name: SourceRange
    /// The key and value of every field, by name.
    let fields: [String: (key: SourceRange, value: SourceRange)]
    let expression: YAMLScalar
    let labels: [String: YAMLEntry]
    let annotations: [String: YAMLEntry]

    /// A label or annotation.
    struct YAMLEntry: Sendable {
        var key: SourceRange
        var value: YAMLScalar
    }

    /// Where a part of the expression's text stands.
    public func expression(_ range: SourceRange) -> SourceRange { expression.sourceRange(ofTextRange: range) }

    /// Where a field is named; nil when the rule lacks it.
    public func key(_ field: String) -> SourceRange? { fields[field]?.key }

    public func value(_ field: String) -> SourceRange? { fields[field]?.value }

    /// Where a label is named; nil when it is not the rule's own or its group's.
    public func label(_ name: String) -> SourceRange? { labels[name]?.key }

    public func annotation(_ name: String) -> SourceRange? { annotations[name]?.key }

    /// Where a part of a label's value stands.
    public func label(_ name: String, _ range: SourceRange) -> SourceRange? { labels[name]?.value.sourceRange(ofTextRange: range) }

    public func annotation(_ name: String, _ range: SourceRange) -> SourceRange? {
        annotations[name]?.value.sourceRange(ofTextRange: range)
    }
}
