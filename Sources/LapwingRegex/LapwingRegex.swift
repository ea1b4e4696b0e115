// Stands in until the engine lands.
public struct RegularExpressionError: Error, Sendable {}

public struct RegularExpression: Sendable, Hashable {
    public let pattern: String
    public init(_ pattern: String) throws(RegularExpressionError) { self.pattern = pattern }
    public func matchesWhole(_ text: String) -> Bool { text == pattern }
}
