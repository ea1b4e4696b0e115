import LapwingAlerting
public import LapwingPromQL
import LapwingSeries

/// Which rules of a group are asked together, over one snapshot, and what their queries have in common.
public struct EvaluationPlan: Sendable {
    /// Consecutive rules, none of which reads what another one before it in the same run writes: all are asked before any of them
    /// writes, and that is the same as one after the other.
    public private(set) var runs: [Range<Int>]
    /// Beside the rules; what they share with each other is marked.
    public private(set) var queries: [PreparedQuery]

    /// Each rule by itself, in order.
    init(oneByOne rules: [Rule]) {
        runs = rules.indices.map { $0..<$0 + 1 }
        queries = rules.map(\.query)
    }

    /// As much together as can be.
    ///
    /// - Complexity: O(selectors × rules of the group).
    init(together rules: [Rule]) {
        queries = rules.map(\.query)
        PreparedQuery.markCommonParts(&queries)
        runs = []
        for index in rules.indices {
            guard let run = runs.last, !run.contains(where: { rules[index].mayRead(rules[$0]) }) else {
                runs.append(index..<index + 1)
                continue
            }
            runs[runs.count - 1] = run.lowerBound..<index + 1
        }
    }
}

extension RuleGroup {
    /// Lets rules that do not depend on each other be asked together from now on; worth it for a group that is evaluated often.
    public mutating func planTogether() { plan = EvaluationPlan(together: rules) }
}

extension Rule {
    /// Whether a selector of the expression may find what another rule writes. What templates ask does not matter: it is asked
    /// when the rules before have written.
    ///
    /// Source: Prometheus 3.14 `rules/group.go`, `buildDependencyMap`, which also takes what it cannot tell for a dependency.
    public func mayRead(_ other: Rule) -> Bool {
        query.expression.selectors.contains { selector in other.written.contains { selector.mayFind($0) } }
    }

    /// The metrics that the rule writes.
    public var writtenMetrics: [String] { written.compactMap { $0.first?.value } }

    /// What is known of the labels that the rule's series have: those that no result can change.
    private var written: [[Label]] {
        switch self {
        case .recording(let rule): return [[Label(name: LabelName.metric, value: rule.metric)] + rule.labels.filter { $0.name != LabelName.metric }]
        case .alerting(let rule):
            return [AlertSamples.alertsMetric, AlertSamples.forStateMetric].map { metric in
                [Label(name: LabelName.metric, value: metric), Label(name: LabelName.alert, value: rule.name)]
            }
        }
    }
}

extension VectorSelector {
    /// Whether a series with these labels, and others besides, may satisfy all matchers.
    fileprivate func mayFind(_ labels: [Label]) -> Bool {
        matchers.allSatisfy { matcher in
            guard let label = labels.first(where: { $0.name == matcher.name }) else { return true }
            return matcher.matches(label.value)
        }
    }
}

extension QueryExpression {
    fileprivate var selectors: [VectorSelector] {
        if case .vectorSelector(let selector) = self { return [selector] }
        return children.flatMap(\.selectors)
    }
}
