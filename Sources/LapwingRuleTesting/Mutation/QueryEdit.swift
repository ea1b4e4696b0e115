import LapwingPromQL
import LapwingRules
import LapwingText

/// A replacement of a part of a query's text.
struct QueryEdit {
    var range: SourceRange
    var text: String
    /// What is said of it and where, where that is less than the whole part.
    var change: String?
    var place: SourceRange?
}

extension QueryExpression {
    /// Every change of one thing: comparisons, numbers beside them, windows, offsets, matchers, set operators, aggregations; not those
    /// that plainly say the same.
    var edits: [QueryEdit] { ownEdits + inner.flatMap(\.edits).filter { !isIdle($0) } }

    /// A range's selector changes together with its brackets.
    private var inner: [QueryExpression] { if case .matrixSelector = self { [] } else { children } }

    private var ownEdits: [QueryEdit] {
        switch self {
        case .binary(let node): node.operation.isSet ? setEdits(node) : comparisonEdits(node)
        case .matrixSelector(let node):
            windowEdits(node.window)
                + selectorEdits(node.selector) { .matrixSelector(MatrixSelector(selector: $0, window: node.window, range: node.range)) }
        case .subquery(let node):
            windowEdits(node.window)
                + offsetEdits(node.time) { time in
                    var changed = node
                    changed.time = time
                    return .subquery(changed)
                }
        case .vectorSelector(let selector): selectorEdits(selector) { .vectorSelector($0) }
        case .aggregation(let node): aggregationEdits(node)
        default: []
        }
    }

    /// This part with something else in its place.
    func replaced(by other: QueryExpression, _ change: String, place: SourceRange? = nil) -> QueryEdit {
        QueryEdit(range: range, text: other.description, change: change, place: place)
    }

    /// Another operator, and other numbers beside it; not those that say the same of a count, which is one at least.
    private func comparisonEdits(_ node: BinaryOperation) -> [QueryEdit] {
        guard node.operation.isComparison else { return [] }
        let number = node.right.number ?? node.left.number
        let asksWhetherAny = number == 0 && (node.left.isCount || node.right.isCount)
        let operations = Self.opposites[node.operation, default: []].filter { !asksWhetherAny || ![.greaterOrEqual, .lessOrEqual].contains($0) }
        var edits = operations.map { replacingOperation(of: node, with: $0) }
        if let range = threshold, let number {
            let others = number == 0 ? (asksWhetherAny ? [1] : [1, -1]) : [number * 2, number / 2]
            edits += others.map { QueryEdit(range: range, text: GoNumber.text($0)) }
        }
        return edits
    }

    func replacingOperation(of node: BinaryOperation, with operation: BinaryOperator) -> QueryEdit {
        var changed = node
        changed.operation = operation
        return replaced(
            by: .binary(changed), "\(node.operation.rawValue) becomes \(operation.rawValue)", place: SourceRange(at: node.left.range.upperBound))
    }

    private static let opposites: [BinaryOperator: [BinaryOperator]] = [
        .greater: [.less, .greaterOrEqual], .less: [.greater, .lessOrEqual], .greaterOrEqual: [.less, .greater],
        .lessOrEqual: [.greater, .less], .equal: [.notEqual], .notEqual: [.equal],
    ]

    private func windowEdits(_ window: DurationText) -> [QueryEdit] {
        guard case .literal(let milliseconds, false, let range) = window, milliseconds > 1 else { return [] }
        return [milliseconds * 2, milliseconds / 2].map { QueryEdit(range: range, text: PrometheusDuration.text(milliseconds: $0)) }
    }

    var number: Double? {
        switch self {
        case .number(let node): node.value
        case .unary(let node): node.operand.number.map { node.operation == .minus ? -$0 : $0 }
        case .parenthesized(let node): node.expression.number
        default: nil
        }
    }

    private var isCount: Bool {
        if case .aggregation(let node) = bare { node.operation == .count } else { false }
    }

    /// Without the parentheses around it.
    var bare: QueryExpression { if case .parenthesized(let node) = self { node.expression.bare } else { self } }
}
