import LapwingPromQL
import LapwingRules
import LapwingText

/// One kind of mistake that rules which load can have.
protocol LintCheck: Sendable, SendableMetatype {
    /// What turns it off: pint's and promtool's name where they have the check.
    static var name: String { get }
    /// What it finds, as the manual says it.
    static var summary: String { get }
    static var need: LintNeed { get }

    static func look(at rule: LintedRule, _ findings: inout LintFindings)

    /// The same for a part of the rule's expression; outer ones come first.
    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings)
}

/// What a check cannot be without.
public enum LintNeed: Sendable {
    case nothing, policy, data
}

extension LintCheck {
    static var need: LintNeed { .nothing }

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {}

    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings) {}
}

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
        let bytes = Array(rule.query.text.utf8)[range.lowerBound..<range.upperBound]
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// Which rule of which group of which file, each counted from 0.
struct RulePosition: Hashable, Comparable {
    var file: Int
    var group: Int
    var place: Int

    static func < (a: Self, b: Self) -> Bool { (a.file, a.group, a.place) < (b.file, b.group, b.place) }

    func isOfSameGroup(as other: RulePosition) -> Bool { file == other.file && group == other.group }
}

/// What is known of all files together.
final class LintContext: Sendable {
    let files: [RuleFile]
    let settings: LintSettings
    let recorded: RecordedMetrics
    /// Where rules stand that are not the only ones of their kind, name and labels, in order.
    let namesakes: [String: [RulePosition]]
    /// What is known of their labels.
    let labelsOfNamesakes: [RulePosition: LabelFacts]
    /// What the rules do over the data; nil without any.
    let measured: MeasuredRules?

    init(_ files: [RuleFile], _ settings: LintSettings) {
        self.files = files
        self.settings = settings
        recorded = RecordedMetrics(files)
        namesakes = DuplicateRules.namesakes(in: files)
        var labels: [RulePosition: LabelFacts] = [:]
        for position in namesakes.values.joined() {
            let rule = files[position.file].groups[position.group].rules[position.place]
            labels[position] = AnalyzedExpression(rule.query.expression, recorded).labels
        }
        labelsOfNamesakes = labels
        measured = settings.checks.contains(AlertCountCheck.name)
            ? settings.data.map { MeasuredRules(files, $0, evaluationInterval: settings.evaluationInterval) } : nil
    }

    func rule(at position: RulePosition) -> Rule { files[position.file].groups[position.group].rules[position.place] }

    /// `file:line` of a rule, as a message about another names it.
    func place(of position: RulePosition) -> String {
        let file = files[position.file]
        return "\(file.name):\(file.source.position(of: rule(at: position).range.lowerBound).line)"
    }
}

/// What the checks of one rule have found.
struct LintFindings {
    /// A finding, with what comments name it by.
    struct Finding {
        var diagnostic: Diagnostic
        /// The selector that it is about.
        var selector: VectorSelector?
        /// What it is about where that stands in many rules, and is to be said once in a file.
        var subject: String?
    }

    let places: RulePlaces
    var check = ""
    private(set) var found: [Finding] = []

    init(_ places: RulePlaces) { self.places = places }

    /// Something about a part of the expression.
    mutating func report(
        _ message: String, _ severity: Diagnostic.Severity = .warning, in part: SourceRange, selector: VectorSelector? = nil,
        subject: String? = nil, help: String? = nil
    ) {
        report(message, severity, at: places.expression(part), selector: selector, subject: subject, help: help)
    }

    /// Something about a part of the file.
    mutating func report(
        _ message: String, _ severity: Diagnostic.Severity = .warning, at range: SourceRange, selector: VectorSelector? = nil,
        subject: String? = nil, help: String? = nil
    ) {
        let diagnostic = Diagnostic(severity, message, at: range, help: help, check: check)
        found.append(Finding(diagnostic: diagnostic, selector: selector, subject: subject))
    }
}
