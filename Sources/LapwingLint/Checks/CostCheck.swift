import LapwingRules
import LapwingText

/// What each rule costs.
enum CostCheck: LintCheck {
    static let name = "query/cost"
    static let summary = "for each rule, the series and samples that one evaluation reads, the series that it makes, and its time"
    static let need = LintNeed.data

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard let data = rule.context.settings.data, let cost = RuleCost(rule.rule, data) else { return }
        let time = GoNumber.text(cost.time / .milliseconds(1), .fixed, precision: 1)
        findings.report(
            "one evaluation reads \(cost.seriesRead) series and \(Counted.text(cost.samplesRead, "sample")) "
                + "for \(Counted.text(cost.results, "result")), in \(time) ms",
            .information, at: rule.rule.places.name)
    }
}
