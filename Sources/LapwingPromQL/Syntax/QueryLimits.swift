/// What a query's text may be at most; past it the answer is an error, never a crash.
public enum QueryLimits {
    /// Bytes of text.
    public static let bytes = 1 << 20
    /// Parentheses, calls, operators and so on within one another.
    public static let nesting = 500
    /// Levels of the tree: operators that follow one another make it lean as deep.
    public static let height = 500
    /// Bytes of one label value that `label_replace` or `label_join` makes: each call can double what it finds.
    public static let labelValueBytes = 1 << 20
    /// Bytes of all of them in one execution.
    public static let madeLabelBytes = 64 << 20
}
