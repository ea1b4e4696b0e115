import LapwingRules
import LapwingText

/// Annotations that the policy requires, or does not know.
enum AnnotationCheck: LintCheck {
    static let name = "alerts/annotation"
    static let summary = "annotations that the policy requires and an alert lacks, or that it does not allow"
    static let need = LintNeed.policy

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard let alert = rule.alert, let policy = rule.context.settings.policy else { return }
        policy.annotations.look(
            at: alert.annotations.map(\.name), kind: "annotation", alert.name,
            constant: { name in alert.annotations.first { $0.name == name && $0.template.isConstant }?.template.text },
            place: { alert.places.annotation($0) ?? alert.places.name }, &findings)
    }
}
