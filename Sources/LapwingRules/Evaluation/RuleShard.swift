import LapwingSeries

/// One of several evaluators that share the groups of one rule set: each group belongs to exactly one of them.
///
/// Which one is decided by the group's file and name alone, so that neither order nor other groups move it.
public struct RuleShard: Sendable, Hashable, CustomStringConvertible {
    /// From 1 to `count`.
    public let number: Int
    public let count: Int

    /// Evaluators that may share.
    public static let maximumCount = 1000

    /// - Parameter text: number and count, as in `2/5`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1], (1...Self.maximumCount).contains(count), (1...count).contains(number)
        else { return nil }
        (self.number, self.count) = (number, count)
    }

    public func contains(_ key: GroupKey) -> Bool {
        // The lower half decides when in its interval a group is evaluated.
        let hash = Labels(metric: "", ["file": key.file, "name": key.name]).stableHash >> 32
        return hash % UInt64(count) == UInt64(number - 1)
    }

    public var description: String { "\(number)/\(count)" }
}
