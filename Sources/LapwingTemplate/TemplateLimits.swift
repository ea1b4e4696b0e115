/// How much one template may hold and do.
public struct TemplateLimits: Sendable, Hashable {
    /// Control structures or parentheses inside one another, when parsing.
    public var nesting = 100
    /// Templates, control structures and pipelines inside one another, when executing (Go: 100,000 templates).
    public var depth = 1000
    /// Nodes evaluated by one execution; 64 bytes of what a function returns count as one more.
    public var steps = 1_000_000
    /// Bytes that one execution writes, or one function returns.
    public var outputBytes = 1 << 20
    /// Bytes of a template's text.
    public var sourceBytes = 1 << 20
    /// Maps inside one another that a template may build.
    public static let valueNesting = 64

    public init() {}

    public static let standard = TemplateLimits()
}
