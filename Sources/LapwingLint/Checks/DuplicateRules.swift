import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// Rules that stand twice.
enum DuplicateRules: LintCheck {
    static let name = "rule/duplicate"
    static let summary = "rules of the same name with the same labels"

    /// So many rules of its name before it a rule is compared with by its labels' values.
    private static let most = 100

    /// What two rules have in common when one of them is in vain.
    private static func identity(of rule: Rule) -> String {
        var identity = (rule.isAlert ? "a" : "r") + rule.name
        for label in rule.labels { identity += "\u{FF}" + label.name + "\u{FE}" + label.value }
        return identity
    }

    /// Where rules stand that are not the only ones of their identity, in order.
    static func namesakes(in files: [RuleFile]) -> [String: [RulePosition]] {
        var named: [String: [RulePosition]] = [:]
        for (file, content) in files.enumerated() {
            for (group, rules) in content.groups.enumerated() {
                for (place, rule) in rules.rules.enumerated() {
                    named[rule.name, default: []].append(RulePosition(file: file, group: group, place: place))
                }
            }
        }
        let repeated = named.values.filter { $0.count > 1 }.joined()
        let alike = Dictionary(grouping: repeated) { identity(of: files[$0.file].groups[$0.group].rules[$0.place]) }
        return alike.filter { $0.value.count > 1 }
    }

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        if rule.context.namesakes.isEmpty { return }
        let earlier = (rule.context.namesakes[identity(of: rule.rule)] ?? []).prefix { $0 < rule.position }
        if let same = earlier.first(where: { rule.context.rule(at: $0).query.text == rule.rule.query.text }) {
            let place = rule.context.place(of: same)
            // Files of one folder may be there to choose from.
            let isLoaded = same.file == rule.position.file || rule.context.settings.areLoadedTogether
            findings.report(
                "\(rule.rule.name) stands at \(place) already, with the same expression and labels", isLoaded ? .warning : .information,
                at: rule.namePlace, subject: isLoaded ? nil : "same \(same.file)")
            return
        }
        guard let other = earlier.suffix(most).first(where: { !areApart(rule, $0) }) else { return }
        let place = rule.context.place(of: other)
        let isOfSameFile = other.file == rule.position.file
        let effect = rule.rule.isAlert ? "alerts of the two cannot be told from each other" : "one overwrites the other"
        findings.report(
            "\(rule.rule.name) stands at \(place) already, with the same labels: where results have the same labels too, \(effect)",
            .information, at: rule.namePlace, subject: isOfSameFile ? identity(of: rule.rule) : "other \(other.file)")
    }

    /// Whether some label keeps the results of two rules apart.
    private static func areApart(_ rule: LintedRule, _ other: RulePosition) -> Bool {
        guard let others = rule.context.labelsOfNamesakes[other] else { return false }
        return rule.expression.labels.certain.entries.contains { entry in
            guard entry.name != LabelName.metric, let others = others.certain[entry.name],
                !rule.rule.labels.contains(where: { $0.name == entry.name })
            else { return false }
            return entry.values.isDisjoint(with: others)
        }
    }
}

extension Rule {
    var isAlert: Bool {
        if case .alerting = self { true } else { false }
    }
}
