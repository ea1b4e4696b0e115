import Synchronization

/// Expressions by their pattern, so that one which stands in many rules and queries is compiled once.
///
/// Holds at most `limit` of them, and forgets all when there are more: those in use come back.
public enum RegularExpressionCache {
    public static let limit = 1_000
    /// Bytes of a pattern that is kept.
    public static let patternLimit = 1_000

    private static let known = Mutex<[String: RegularExpression]>([:])

    /// The expression of a pattern as Prometheus compiles matchers.
    ///
    /// - Throws: `RegularExpressionError` with Go's words.
    public static func expression(_ pattern: String) throws(RegularExpressionError) -> RegularExpression {
        if let found = known.withLock({ $0[pattern] }) { return found }
        let made = try RegularExpression(pattern)
        guard pattern.utf8.count <= patternLimit else { return made }
        known.withLock { known in
            if known.count >= limit { known.removeAll() }
            known[pattern] = made
        }
        return made
    }
}
