import LapwingPromQL
public import LapwingRules
import LapwingSeries
public import LapwingText

/// A rule with one thing changed, which good tests notice.
public struct RuleMutation: Sendable {
    public var rule: Rule
    /// What was changed, as `0.1 becomes 0.2`.
    public var change: String
    /// The field that was changed: `expr`, `for`.
    public var field: String
    /// Where the original stands in the rule's query, where that was changed.
    public var queryRange: SourceRange?
}

extension Rule {
    /// Every way in which the rule is changed: thresholds, comparisons, `for`, windows, offsets, matchers, set operators, aggregations, one at a time.
    public var mutations: [RuleMutation] {
        var mutations: [RuleMutation] = []
        for edit in query.expression.edits {
            guard let changed = try? query.replacing(edit.range, with: edit.text), changed.text != query.text else { continue }
            let old = edit.range.text(in: query.text)
            mutations.append(
                RuleMutation(
                    rule: replacingQuery(changed), change: edit.change ?? "\(old) becomes \(edit.text)", field: "expr",
                    queryRange: edit.place ?? edit.range))
        }
        guard case .alerting(let alert) = self else { return mutations }
        func waits(_ field: String, _ old: Duration, others: [Duration], _ replacing: (Duration) -> Rule) -> [RuleMutation] {
            others.map { other in
                RuleMutation(rule: replacing(other), change: "\(field): \(old.prometheusText) becomes \(other.prometheusText)", field: field)
            }
        }
        let keep = alert.keepFiringFor
        return mutations
            + waits("for", alert.hold, others: alert.hold > .zero ? [.zero, alert.hold * 2] : [.seconds(300)], replacingHold)
            + waits("keep_firing_for", keep, others: keep > .zero ? [.zero, keep * 2] : [], replacingKeep)
    }
}
