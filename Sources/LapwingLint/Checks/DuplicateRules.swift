import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// Rules that stand twice.
enum DuplicateRules: LintCheck {
    static let name = "rule/duplicate"
    static let summary = "rules of the same name with the same labels"

    /// What two rules have in common when one of them is in vain.
    static func identity(of rule: Rule) -> String {
        let labels = rule.labels.sorted { $0.name < $1.name }.map { "\u{FF}\($0.name)\u{FE}\($0.value)" }.joined()
        return (rule.isAlert ? "a" : "r") + rule.name + labels
    }

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard let first = rule.context.positions[identity(of: rule.rule)]?.first, first < rule.position else { return }
        let place = rule.context.place(of: first)
        if rule.context.rule(at: first).query.text == rule.rule.query.text {
            findings.report("\(rule.rule.name) stands at \(place) already, with the same expression and labels", at: rule.rule.places.name)
            return
        }
        let effect = rule.rule.isAlert ? "alerts of the two cannot be told from each other" : "one overwrites the other"
        findings.report(
            "\(rule.rule.name) stands at \(place) already, with the same labels: where results have the same labels too, \(effect)",
            .information, at: rule.rule.places.name)
    }
}

extension Rule {
    var isAlert: Bool {
        if case .alerting = self { true } else { false }
    }
}
