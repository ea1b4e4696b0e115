public import LapwingText

/// A value in a YAML document, and where it was written.
public struct YAMLNode: Sendable {
    public enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping(YAMLMapping)
    }

    /// The bytes of the node's content, without its tag and anchor; of the alias where it is one.
    public var range: SourceRange
    public var content: Content
    /// Whether a collection is written with brackets or braces.
    public var isFlow = false
    private var marks: Marks?

    /// What few nodes have, apart, so that the others are small.
    private final class Marks: Sendable {
        let tag: String?
        let anchor: String?
        let alias: String?

        init(tag: String?, anchor: String?, alias: String?) { (self.tag, self.anchor, self.alias) = (tag, anchor, alias) }
    }

    init(range: SourceRange, content: Content, isFlow: Bool = false) {
        self.range = range
        self.content = content
        self.isFlow = isFlow
    }

    /// The tag as resolved, such as `tag:yaml.org,2002:str`; nil when none is written.
    public var tag: String? {
        get { marks?.tag }
        set { marks = Marks(tag: newValue, anchor: anchor, alias: alias) }
    }

    /// The name after `&`.
    public var anchor: String? {
        get { marks?.anchor }
        set { marks = Marks(tag: tag, anchor: newValue, alias: alias) }
    }

    /// The name after `*` when this node stands for an earlier one; its content has the ranges of that one.
    public var alias: String? {
        get { marks?.alias }
        set { marks = Marks(tag: tag, anchor: anchor, alias: newValue) }
    }
}

extension YAMLNode {
    /// Null without a text.
    static func nothing(at range: SourceRange) -> YAMLNode {
        YAMLNode(range: range, content: .scalar(YAMLScalar(emptyAt: range.lowerBound)))
    }

    public var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }
    public var sequence: [YAMLNode]? { if case .sequence(let items) = content { items } else { nil } }
    public var mapping: YAMLMapping? { if case .mapping(let mapping) = content { mapping } else { nil } }
    public var isNull: Bool { scalar?.isNull ?? false }

    /// What it is as a person says it, for messages that tell what was found.
    public var kindName: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar): scalar.kindName
        }
    }
}
