public import LapwingPromQL

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
    init(together rules: [Rule]) {
        queries = rules.map(\.query)
        PreparedQuery.markCommonParts(&queries)
        let dependencies = RuleDependencies(among: rules)
        runs = []
        for index in rules.indices {
            guard let run = runs.last, !dependencies.rules(readBy: rules[index]).contains(where: run.contains) else {
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
