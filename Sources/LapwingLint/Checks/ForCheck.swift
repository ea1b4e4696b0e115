import LapwingRules
import LapwingSeries
import LapwingText

/// `for` and `keep_firing_for` that say less than the interval does.
enum ForCheck: LintCheck {
    static let name = "alerts/for"
    static let summary = "for or keep_firing_for shorter than the interval between evaluations"

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard let alert = rule.alert else { return }
        let interval = rule.interval.prometheusText
        let isKnown = rule.group.interval != nil || rule.context.settings.knowsEvaluationInterval
        for (field, duration) in [("for", alert.hold), ("keep_firing_for", alert.keepFiringFor)] {
            guard duration > .zero, duration < rule.interval else { continue }
            findings.report(
                "\(field) is \(duration.prometheusText), and the rule is evaluated every \(interval): it works as \(interval) would",
                isKnown ? .warning : .information, at: rule.rule.places.value(field) ?? rule.rule.places.name)
        }
    }
}
