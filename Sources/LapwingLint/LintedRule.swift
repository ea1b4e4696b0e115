import LapwingPromQL
import LapwingRules
import LapwingText

/// A rule while it is looked at; a class, because copies would count references that all threads share.
final class LintedRule: Sendable {
    let rule: Rule
    let position: RulePosition
    let group: RuleGroup
    /// Nil for a recording rule.
    let alert: AlertingRule?
    /// The rule's expression with what is known of its parts.
    let expression: AnalyzedExpression
    let context: LintContext

    init(_ rule: Rule, at position: RulePosition, of group: RuleGroup, _ context: LintContext) {
        (self.rule, self.position, self.group, self.context) = (rule, position, group, context)
        if case .alerting(let rule) = rule { alert = rule } else { alert = nil }
        expression = AnalyzedExpression(rule.query.expression, context.recorded)
    }

    /// Where its name stands; where the rule begins, when the name is another one's that it takes over by an alias.
    var namePlace: SourceRange {
        let name = rule.places.name
        return name.lowerBound >= rule.range.lowerBound && name.upperBound <= rule.range.upperBound ? name : SourceRange(at: rule.range.lowerBound)
    }

    /// How often the rule is evaluated.
    var interval: Duration { group.interval ?? context.settings.evaluationInterval }

    /// The text of a part of the expression, on one line.
    func text(_ range: SourceRange) -> String {
        range.text(in: rule.query.text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
