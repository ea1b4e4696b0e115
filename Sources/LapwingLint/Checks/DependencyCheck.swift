import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// Rules that read what others record, in an order that delays it.
enum DependencyCheck: LintCheck {
    static let name = "rule/dependency"
    static let summary = "rules that read what is recorded later in their group, or by another group, whose evaluations are not in step"

    /// How long a sample counts after its time.
    private static let lookback = EngineOptions().lookbackDelta

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        var seen: Set<String> = []
        rule.expression.visit { part in
            guard case .vectorSelector(let selector) = part.expression, let metric = selector.metric, seen.insert(metric).inserted,
                let sources = rule.context.recorded.sources[metric]
            else { return }
            let positions = sources.map { RulePosition(file: $0.file, group: $0.group, place: $0.place) }
            if positions.contains(rule.position) { return }
            let near = positions.filter { $0.isOfSameGroup(as: rule.position) }
            if let later = near.min() {
                guard later > rule.position else { return }
                let interval = rule.interval.prometheusText
                findings.report(
                    "\(metric) is recorded by a later rule of the group: this one sees what was recorded \(interval) ago",
                    in: part.range, selector: selector, help: "put the rule at \(rule.context.place(of: later)) before this one")
            } else if let far = positions.first {
                let group = rule.context.files[far.file].groups[far.group]
                let interval = group.interval ?? rule.context.settings.evaluationInterval
                let (name, late) = (GoQuote.quote(group.name), interval.prometheusText)
                if interval > lookback {
                    findings.report(
                        "\(metric) is recorded every \(late), and a sample counts for \(lookback.prometheusText): there are gaps",
                        in: part.range, selector: selector, help: "shorten the interval of group \(name), or use last_over_time()")
                } else if !rule.rule.isAlert {
                    findings.report(
                        "\(metric) is recorded by group \(name), which is not evaluated in step with this one: up to \(late) late",
                        .information, in: part.range, selector: selector, subject: metric, help: "rules of one group are evaluated in order")
                }
            }
        }
    }
}
