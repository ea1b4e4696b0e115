/// How much a YAML text may ask of its reader.
public struct YAMLLimits: Sendable, Hashable {
    /// Bytes of one text.
    public let bytes: Int
    /// Collections inside collections, through aliases too; at most 256, so that no walk of a tree exhausts a stack.
    public let depth: Int
    /// Nodes of one text, with every alias counted as often as it is used; at most 2⁴⁰, so that no sum overflows.
    public let nodes: Int
    /// Characters of a key written before its colon on the same line; the specification's own limit (section 7.4.2).
    public var implicitKeyCharacters = 1024
    /// Whether lines inside quotes, brackets and braces are indented deeper than what is around them, as the specification asks and
    /// Go's reader does not.
    public var indentsFlow = true

    /// What Prometheus' own reader takes as well.
    public static let goLike: YAMLLimits = {
        var limits = YAMLLimits()
        limits.indentsFlow = false
        return limits
    }()

    public init(bytes: Int = 64 << 20, depth: Int = 64, nodes: Int = 1_000_000) {
        self.bytes = bytes
        self.depth = min(depth, 256)
        self.nodes = min(nodes, 1 << 40)
    }
}
