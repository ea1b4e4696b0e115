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
        var identity = (rule.isAlert ? "a" : "r") + rule.name
        for label in rule.labels { identity += "\u{FF}" + label.name + "\u{FE}" + label.value }
        return identity
    }

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        let earlier = (rule.context.positions[identity(of: rule.rule)] ?? []).prefix { $0 < rule.position }
        if let same = earlier.first(where: { rule.context.rule(at: $0).query.text == rule.rule.query.text }) {
            let place = rule.context.place(of: same)
            // Files of one folder may be there to choose from.
            let isLoaded = same.file == rule.position.file || rule.context.settings.areLoadedTogether
            findings.report(
                "\(rule.rule.name) stands at \(place) already, with the same expression and labels", isLoaded ? .warning : .information,
                at: rule.namePlace)
            return
        }
        guard let other = earlier.first(where: { !areApart(rule, $0) }) else { return }
        let place = rule.context.place(of: other)
        let effect = rule.rule.isAlert ? "alerts of the two cannot be told from each other" : "one overwrites the other"
        findings.report(
            "\(rule.rule.name) stands at \(place) already, with the same labels: where results have the same labels too, \(effect)",
            .information, at: rule.namePlace)
    }

    /// Whether some label keeps the results of two rules apart.
    private static func areApart(_ rule: LintedRule, _ other: RulePosition) -> Bool {
        let (facts, context) = (rule.expression.labels, rule.context)
        let others = AnalyzedExpression(context.rule(at: other).query.expression, context.recorded).labels
        let own = Set(rule.rule.labels.map(\.name)).union([LabelName.metric])
        return facts.certain.contains { name, values in
            guard !own.contains(name), let others = others.certain[name] else { return false }
            return values.isDisjoint(with: others)
        }
    }
}

extension Rule {
    var isAlert: Bool {
        if case .alerting = self { true } else { false }
    }
}
