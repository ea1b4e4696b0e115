public import LapwingText
import LapwingYAML

/// Where the parts of a rule stand in its file, for whoever has something to say about them.
public struct RulePlaces: Sendable {
    /// The value of `alert` or `record`.
    public var name: SourceRange
    /// The key and value of every field.
    let fields: [(name: String, key: SourceRange, value: SourceRange)]
    let expression: YAMLScalar
    let labels: [Entry]
    let annotations: [Entry]

    /// A label or annotation; they are few, and looked up seldom.
    struct Entry: Sendable {
        var name: String
        var key: SourceRange
        var value: YAMLScalar
    }

    /// Where a part of the expression's text stands.
    public func expression(_ range: SourceRange) -> SourceRange { expression.sourceRange(ofTextRange: range) }

    /// Where a field is named; nil when the rule lacks it.
    public func key(_ field: String) -> SourceRange? { fields.first { $0.name == field }?.key }

    public func value(_ field: String) -> SourceRange? { fields.first { $0.name == field }?.value }

    /// Where a label is named; nil when it is not the rule's own or its group's.
    public func label(_ name: String) -> SourceRange? { labels.last { $0.name == name }?.key }

    public func annotation(_ name: String) -> SourceRange? { annotations.last { $0.name == name }?.key }

    /// Where a part of a label's value stands.
    public func label(_ name: String, _ range: SourceRange) -> SourceRange? {
        labels.last { $0.name == name }?.value.sourceRange(ofTextRange: range)
    }

    public func annotation(_ name: String, _ range: SourceRange) -> SourceRange? {
        annotations.last { $0.name == name }?.value.sourceRange(ofTextRange: range)
    }
}
