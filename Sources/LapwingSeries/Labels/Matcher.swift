public import LapwingRegex
import LapwingText

/// A condition on one label's value: `=`, `!=`, `=~` or `!~`; a label that a series lacks has the empty value.
public struct Matcher: Sendable, Hashable, CustomStringConvertible {
    public enum Operation: String, Sendable, Hashable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case matchesNot = "!~"
    }

    public let name: String
    public let operation: Operation
    public let value: String
    /// The expression of `=~` and `!~`, always anchored at both ends; nil for the others.
    public let expression: RegularExpression?

    /// - Throws: what is wrong with `value` when it has to be a regular expression.
    public init(_ name: String, _ operation: Operation, _ value: String) throws(RegularExpressionError) {
        self.name = name
        self.operation = operation
        self.value = value
        switch operation {
        case .equal, .notEqual: expression = nil
        case .matches, .matchesNot: expression = try RegularExpressionCache.expression(value)
        }
    }

    private init(name: String, operation: Operation, value: String) {
        self.name = name
        self.operation = operation
        self.value = value
        expression = nil
    }

    public static func equal(_ name: String, _ value: String) -> Matcher {
        Matcher(name: name, operation: .equal, value: value)
    }

    public static func notEqual(_ name: String, _ value: String) -> Matcher {
        Matcher(name: name, operation: .notEqual, value: value)
    }

    /// Whether a label with this value satisfies the condition; values are bytes, and unlike ones that look alike to
    /// a reader (composed and decomposed letters) stay unlike.
    public func matches(_ candidate: String) -> Bool {
        switch operation {
        case .equal: LabelCoding.equal(candidate, value)
        case .notEqual: !LabelCoding.equal(candidate, value)
        case .matches: expression?.matchesWhole(candidate) ?? false
        case .matchesNot: !(expression?.matchesWhole(candidate) ?? true)
        }
    }

    /// The same of a value's bytes.
    public func matches(_ candidate: Span<UInt8>) -> Bool {
        switch operation {
        case .equal: LabelCoding.compare(candidate, value.utf8.span) == 0
        case .notEqual: LabelCoding.compare(candidate, value.utf8.span) != 0
        case .matches: expression?.matchesWhole(candidate) ?? false
        case .matchesNot: !(expression?.matchesWhole(candidate) ?? true)
        }
    }

    /// Whether a series satisfies the condition.
    public func matches(_ labels: Labels) -> Bool { matches(labels[name] ?? "") }

    /// Whether a series without the label satisfies the condition.
    public var matchesEmpty: Bool { matches("") }

    public static func == (a: Matcher, b: Matcher) -> Bool {
        a.operation == b.operation && LabelCoding.equal(a.value, b.value) && LabelCoding.equal(a.name, b.name)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(operation)
        hasher.combine(value)
    }

    /// `status=~"5.."`, as PromQL writes it.
    public var description: String { "\(Labels.nameText(name))\(operation.rawValue)\(GoQuote.quote(value))" }
}
