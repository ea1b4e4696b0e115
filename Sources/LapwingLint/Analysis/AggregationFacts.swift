import LapwingPromQL
import LapwingSeries

/// What is known of an aggregation's result.
enum AggregationFacts {
    static func labels(of node: Aggregation, _ children: [AnalyzedExpression]) -> LabelFacts {
        guard let inner = children.last?.labels else { return .unknown }
        switch node.operation {
        case .topk, .bottomk, .limitk, .limitRatio: return inner
        default: break
        }
        let names = NameSet(node.grouping.names)
        let grouped = node.isWithout ? inner.withoutName.dropping(names) : inner.keeping(names)
        guard node.operation == .countValues, case .string(let label)? = node.parameter?.bare else { return grouped }
        return grouped.setting(label.value, to: .any)
    }

    static func values(of node: Aggregation, _ children: [AnalyzedExpression]) -> ValueBounds {
        guard let inner = children.last?.values else { return .unknown }
        switch node.operation {
        case .count, .countValues: return ValueBounds(lower: 1)
        case .group: return .exactly(1)
        case .stddev, .stdvar: return .notNegative
        case .avg, .min, .max, .topk, .bottomk, .limitk, .limitRatio: return inner
        case .quantile: return (0...1).contains(node.parameter?.number ?? -1) ? inner : .unknown
        case .sum:
            return ValueBounds(
                lower: inner.lower >= 0 ? inner.lower : -.infinity, upper: inner.upper <= 0 ? inner.upper : .infinity,
                excludesLower: inner.lower >= 0 && inner.excludesLower, excludesUpper: inner.upper <= 0 && inner.excludesUpper)
        }
    }
}
