public import LapwingText

/// One document of a YAML text.
public struct YAMLDocument: Sendable {
    public var root: YAMLNode
    /// From its first directive, marker or content to the end of its content or `...`.
    public var range: SourceRange
    /// The comments in and before it, each from its `#` to the end of its line, in the order of the source.
    public var comments: [SourceRange]
    /// What can be read past but should be known: reserved directives, another minor version of YAML.
    public var warnings: [Diagnostic]
    /// Whether `---` starts it.
    public var hasStartMarker: Bool
    /// Whether `...` ends it.
    public var hasEndMarker: Bool

    static func empty(at offset: Int) -> YAMLDocument {
        let root = YAMLNode(
            range: SourceRange(at: offset), content: .scalar(YAMLScalar(emptyAt: offset)))
        return YAMLDocument(
            root: root, range: root.range, comments: [], warnings: [], hasStartMarker: false, hasEndMarker: false)
    }
}
