/// What is to be known of a stretch of samples beside their count and the first and last of them.
public struct SummaryParts: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `resets` and `correction`.
    public static let falls = SummaryParts(rawValue: 1)
    public static let changes = SummaryParts(rawValue: 2)
    public static let minimum = SummaryParts(rawValue: 4)
    public static let maximum = SummaryParts(rawValue: 8)
    public static let extremes: SummaryParts = [.minimum, .maximum]
    public static let sum = SummaryParts(rawValue: 16)
    public static let all: SummaryParts = [.falls, .changes, .extremes, .sum]
}
