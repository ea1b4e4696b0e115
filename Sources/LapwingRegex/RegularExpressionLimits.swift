/// What a regular expression's text may be at most.
public enum RegularExpressionLimits {
    /// Groups within one another.
    public static let nesting = 1000
    /// The counts of `{n,m}`, also multiplied where they are nested.
    public static let repetitions = 1000
    /// Instructions of the program.
    public static let instructions = 1_000_000
    /// Bytes of the pattern.
    public static let bytes = 1 << 20
}
