extension QueryExpression {
    /// Whether the query's own start, end, range or step settle something in it; if not, it means the same at every instant,
    /// alone or as a step of a range.
    public var asksForItsQuery: Bool {
        switch self {
        case .vectorSelector(let node): node.time.asksForItsQuery
        case .matrixSelector(let node): node.selector.time.asksForItsQuery || node.window.asksForItsQuery
        case .subquery(let node):
            node.time.asksForItsQuery || node.window.asksForItsQuery || node.step?.asksForItsQuery == true
                || node.expression.asksForItsQuery
        case .call(let node) where ["start", "end", "range", "step"].contains(node.function.name): true
        default: children.contains { $0.asksForItsQuery }
        }
    }
}

extension QueryExpression {
    /// Whether it may look at samples after the instant for which it is asked.
    public var looksAhead: Bool {
        switch self {
        case .vectorSelector(let node): node.time.looksAhead || node.rangeExtension == .smoothed
        case .subquery(let node): node.time.looksAhead || node.expression.looksAhead
        default: children.contains { $0.looksAhead }
        }
    }
}

extension TimeModifier {
    /// A time of its own, or an offset that is not plainly backwards.
    fileprivate var looksAhead: Bool {
        if anchor != nil { return true }
        return switch offset {
        case nil: false
        case .literal(let milliseconds, _, _)?: milliseconds < 0
        default: true
        }
    }

    fileprivate var asksForItsQuery: Bool { anchor == .start || anchor == .end || offset?.asksForItsQuery == true }
}

extension DurationText {
    fileprivate var asksForItsQuery: Bool {
        switch self {
        case .step, .range: true
        case .literal, .number: false
        case .negative(let inner, _), .positive(let inner, _), .parenthesized(let inner, _): inner.asksForItsQuery
        case .binary(_, let left, let right), .minimum(let left, let right, _), .maximum(let left, let right, _):
            left.asksForItsQuery || right.asksForItsQuery
        }
    }
}
