import LapwingPromQL
import LapwingRules
import LapwingText

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

/// Which rule of which group of which file, each counted from 0.
struct RulePosition: Hashable, Comparable {
    var file: Int
    var group: Int
    var place: Int

    static func < (a: Self, b: Self) -> Bool { (a.file, a.group, a.place) < (b.file, b.group, b.place) }

    func isOfSameGroup(as other: RulePosition) -> Bool { file == other.file && group == other.group }
}
