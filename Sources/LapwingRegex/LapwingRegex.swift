// Stands in until the engine lands.
public struct RegularExpressionError: Error, Sendable {}

public struct RegularExpression: Sendable, Hashable {
    public struct Match: Sendable {}
    public let pattern: String
    public init(_ pattern: String) throws(RegularExpressionError) { self.pattern = pattern }
    public func matchesWhole(_ text: String) -> Bool { text == pattern }
    public func wholeMatch(_ text: String) -> Match? { text == pattern ? Match() : nil }
    public func expand(_ template: String, match: Match, in text: String) -> String { template }
}
