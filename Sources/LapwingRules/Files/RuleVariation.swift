public import LapwingPromQL
public import LapwingText

/// Rules as they would be with one thing changed: for trying settings, and for testing tests.
extension RuleGroup {
    /// The same group with other rules.
    public func replacingRules(_ change: (Rule) -> Rule) -> RuleGroup {
        RuleGroup(
            name: name, file: file, interval: interval, queryOffset: queryOffset, limit: limit, rules: rules.map(change), range: range)
    }

    /// The same group with some of its rules.
    public func keepingRules(_ isKept: (Rule) -> Bool) -> RuleGroup {
        RuleGroup(
            name: name, file: file, interval: interval, queryOffset: queryOffset, limit: limit, rules: rules.filter(isKept), range: range)
    }
}

extension Rule {
    /// The same rule with another query.
    public func replacingQuery(_ query: PreparedQuery) -> Rule {
        switch self {
        case .alerting(var rule):
            rule.query = query
            return .alerting(rule)
        case .recording(var rule):
            rule.query = query
            return .recording(rule)
        }
    }

    /// The same alert with another `for`; a recording rule is left as it is.
    public func replacingHold(_ hold: Duration) -> Rule {
        guard case .alerting(var rule) = self else { return self }
        rule.hold = hold
        return .alerting(rule)
    }

    /// The same alert with another `keep_firing_for`; a recording rule is left as it is.
    public func replacingKeep(_ keep: Duration) -> Rule {
        guard case .alerting(var rule) = self else { return self }
        rule.keepFiringFor = keep
        return .alerting(rule)
    }

    /// The same alert with another number in its comparison; nil where it compares with none.
    public func replacingThreshold(_ text: String) throws(PromQLSyntaxError) -> Rule? {
        guard case .alerting = self, let range = query.expression.threshold else { return nil }
        return replacingQuery(try query.replacing(range, with: text))
    }
}

extension PreparedQuery {
    /// The query with a part of its text replaced.
    ///
    /// - Precondition: `range` is that of a node of its expression.
    public func replacing(_ range: SourceRange, with replacement: String) throws(PromQLSyntaxError) -> PreparedQuery {
        var bytes = Array(text.utf8)
        bytes.replaceSubrange(range.lowerBound..<range.upperBound, with: replacement.utf8)
        return try PreparedQuery(String(decoding: bytes, as: UTF8.self))
    }
}

extension QueryExpression {
    /// Where the number stands that the outermost comparison compares with, sign included.
    public var threshold: SourceRange? {
        switch self {
        case .parenthesized(let node): return node.expression.threshold
        case .binary(let node):
            guard node.operation.isComparison else { return node.operation.isSet ? node.left.threshold ?? node.right.threshold : nil }
            return [node.right, node.left].first { $0.isNumber }?.range
        default: return nil
        }
    }

    private var isNumber: Bool {
        switch self {
        case .number: true
        case .unary(let node): node.operand.isNumber
        case .parenthesized(let node): node.expression.isNumber
        default: false
        }
    }
}
