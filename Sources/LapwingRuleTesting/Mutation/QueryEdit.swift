import LapwingPromQL
import LapwingRules
import LapwingSeries
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
    /// Every change of one thing: comparisons, numbers beside them, windows, matchers, aggregations.
    var edits: [QueryEdit] { ownEdits + children.flatMap(\.edits) }

    private var ownEdits: [QueryEdit] {
        switch self {
        case .binary(let node): comparisonEdits(node)
        case .matrixSelector(let node): windowEdits(node.window)
        case .subquery(let node): windowEdits(node.window)
        case .vectorSelector(let selector): matcherEdits(selector)
        case .aggregation(let node): aggregationEdits(node)
        default: []
        }
    }

    /// Another operator, and other numbers beside it; not those that say the same of a count, which is one at least.
    private func comparisonEdits(_ node: BinaryOperation) -> [QueryEdit] {
        guard node.operation.isComparison else { return [] }
        let number = node.right.number ?? node.left.number
        let asksWhetherAny = number == 0 && (node.left.isCount || node.right.isCount)
        let operations = Self.opposites[node.operation, default: []].filter { !asksWhetherAny || ![.greaterOrEqual, .lessOrEqual].contains($0) }
        var edits = operations.map { operation in
            var changed = node
            changed.operation = operation
            return QueryEdit(
                range: node.range, text: QueryExpression.binary(changed).description,
                change: "\(node.operation.rawValue) becomes \(operation.rawValue)", place: SourceRange(at: node.left.range.upperBound))
        }
        if let range = threshold, let number {
            let others = number == 0 ? (asksWhetherAny ? [1] : [1, -1]) : [number * 2, number / 2]
            edits += others.map { QueryEdit(range: range, text: GoNumber.text($0)) }
        }
        return edits
    }

    private static let opposites: [BinaryOperator: [BinaryOperator]] = [
        .greater: [.less, .greaterOrEqual], .less: [.greater, .lessOrEqual], .greaterOrEqual: [.less, .greater],
        .lessOrEqual: [.greater, .less], .equal: [.notEqual], .notEqual: [.equal],
    ]

    private func windowEdits(_ window: DurationText) -> [QueryEdit] {
        guard case .literal(let milliseconds, false, let range) = window, milliseconds > 1 else { return [] }
        return [milliseconds * 2, milliseconds / 2].map { QueryEdit(range: range, text: PrometheusDuration.text(milliseconds: $0)) }
    }

    /// Without one of the matchers.
    private func matcherEdits(_ selector: VectorSelector) -> [QueryEdit] {
        selector.matchers.indices.filter { selector.matchers[$0].name != LabelName.metric }.map { index in
            var changed = selector
            changed.matchers.remove(at: index)
            return QueryEdit(
                range: selector.range, text: QueryExpression.vectorSelector(changed).description,
                change: "\(selector.matchers[index]) is left out of \(QueryExpression.vectorSelector(selector))")
        }
    }

    private func aggregationEdits(_ node: Aggregation) -> [QueryEdit] {
        let others: [AggregationOperator: AggregationOperator] = [
            .sum: .max, .max: .min, .min: .max, .avg: .max, .count: .sum, .topk: .bottomk, .bottomk: .topk,
        ]
        var edits: [QueryEdit] = []
        if let other = others[node.operation] {
            var changed = node
            changed.operation = other
            edits.append(
                QueryEdit(
                    range: node.range, text: QueryExpression.aggregation(changed).description,
                    change: "\(node.operation.rawValue) becomes \(other.rawValue)"))
        }
        if !node.grouping.isEmpty {
            var changed = node
            (changed.grouping, changed.isWithout) = ([], false)
            edits.append(
                QueryEdit(
                    range: node.range, text: QueryExpression.aggregation(changed).description,
                    change: "\(node.isWithout ? "without" : "by") (\(node.grouping.names.joined(separator: ", "))) is left out"))
        }
        return edits
    }

    private var number: Double? {
        switch self {
        case .number(let node): node.value
        case .unary(let node): node.operand.number.map { node.operation == .minus ? -$0 : $0 }
        case .parenthesized(let node): node.expression.number
        default: nil
        }
    }

    private var isCount: Bool {
        switch self {
        case .aggregation(let node): node.operation == .count
        case .parenthesized(let node): node.expression.isCount
        default: false
        }
    }
}
