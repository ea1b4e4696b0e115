import LapwingRules
import LapwingText

/// Labels of alerts that the policy requires, or does not know.
enum LabelCheck: LintCheck {
    static let name = "rule/label"
    static let summary = "labels that the policy requires and an alert lacks, or that it does not allow"
    static let need = LintNeed.policy

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard let alert = rule.alert, let policy = rule.context.settings.policy else { return }
        policy.labels.look(
            at: alert.labels.map(\.name), kind: "label", alert.name,
            constant: { name in alert.labels.first { $0.name == name && $0.template.isConstant }?.template.text },
            place: { alert.places.label($0) ?? alert.places.name }, &findings)
    }
}
