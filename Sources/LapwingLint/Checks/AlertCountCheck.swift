import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// Alerts that the data would have fired always, or never.
enum AlertCountCheck: LintCheck {
    static let name = "alerts/count"
    static let summary = "alerts that over the data never fire, or fire nearly all the time"
    static let need = LintNeed.data

    /// The part of the time that is nearly all.
    private static let nearlyAll = 0.95

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard rule.alert != nil, let measured = rule.context.measured, let replay = measured[rule.position] else { return }
        let span = measured.span.prometheusText
        if let failure = replay.firstFailure {
            findings.report("the rule failed \(Counted.text(replay.failures, "time")) over the \(span) of data: \(failure.message)", at: rule.rule.places.name)
        } else if replay.firings == 0 {
            let pending = replay.episodes.isEmpty ? "" : ", though it was pending \(Counted.text(replay.episodes.count, "time"))"
            findings.report("the alert never fires over the \(span) of data\(pending)", .information, at: rule.rule.places.name)
        } else if measured.span > .zero, replay.firingTime / measured.span >= nearlyAll {
            findings.report("the alert fires for \(replay.firingTime.prometheusText) of the \(span) of data", at: rule.rule.places.name)
        }
    }
}
