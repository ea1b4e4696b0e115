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

extension TimeModifier {
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
