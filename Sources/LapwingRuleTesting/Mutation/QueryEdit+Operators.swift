import LapwingPromQL
import LapwingSeries
import LapwingText

/// What is changed of set operators and aggregations.
extension QueryExpression {
    /// One side alone, and the other of `and` and `unless`.
    func setEdits(_ node: BinaryOperation) -> [QueryEdit] {
        let (word, place) = (node.operation.rawValue, SourceRange(at: node.left.range.upperBound))
        let left = replaced(by: node.left, "\(word) \(node.right) is left out", place: place)
        return switch node.operation {
        case .and: [left, replacingOperation(of: node, with: .unless)]
        case .unless: [left, replacingOperation(of: node, with: .and)]
        default: [left, replaced(by: node.right, "\(node.left) \(word) is left out")]
        }
    }

    /// Whether a change below this comparison plainly changes nothing: of `x or vector(0)` the number, where that would not pass.
    func isIdle(_ edit: QueryEdit) -> Bool {
        guard case .binary(let node) = self, node.operation.isComparison, !node.returnsBool else { return false }
        let sides = [(node.left, node.right.number, false), (node.right, node.left.number, true)]
        return sides.contains { side, number, isSwapped in
            guard let number, case .binary(let choice) = side.bare, choice.operation == .or, let fallback = choice.right.constant else { return false }
            let passes = isSwapped ? node.operation.holds(number, fallback) : node.operation.holds(fallback, number)
            return !passes && edit.range == side.bare.range && edit.text == choice.left.description
        }
    }

    /// The number in `vector(0)`.
    private var constant: Double? {
        if case .call(let call) = bare, call.function.name == "vector" { call.arguments.first?.number } else { nil }
    }

    func aggregationEdits(_ node: Aggregation) -> [QueryEdit] {
        var edits: [QueryEdit] = []
        if let other = Self.counterpart(of: node) {
            var changed = node
            changed.operation = other
            edits.append(replaced(by: .aggregation(changed), "\(node.operation.rawValue) becomes \(other.rawValue)"))
        }
        if !node.grouping.isEmpty {
            var changed = node
            (changed.grouping, changed.isWithout) = ([], false)
            let names = node.grouping.names.joined(separator: ", ")
            edits.append(replaced(by: .aggregation(changed), "\(node.isWithout ? "without" : "by") (\(names)) is left out"))
        }
        return edits
    }

    /// Another aggregation that says something else: of values that are all the same, as those of `x == 1`, the greatest is the least and
    /// the average, and the sum of ones is their count.
    private static func counterpart(of node: Aggregation) -> AggregationOperator? {
        guard let value = node.expression.onlyValue else { return counterparts[node.operation] }
        switch node.operation {
        case .sum, .count: return value == 1 || node.operation == .sum ? .max : .sum
        case .max, .min, .avg: return .sum
        default: return counterparts[node.operation]
        }
    }

    private static let counterparts: [AggregationOperator: AggregationOperator] = [
        .sum: .max, .max: .min, .min: .max, .avg: .max, .count: .sum, .topk: .bottomk, .bottomk: .topk,
    ]

    /// The value that all series have, as of `x == 1`.
    private var onlyValue: Double? {
        guard case .binary(let node) = bare, node.operation == .equal, !node.returnsBool else { return nil }
        return node.right.number ?? node.left.number
    }
}
