import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// What takes a label away, as a message names it.
struct LabelDropping {
    /// `sum by (job)`.
    var text: String
    /// Bytes of the expression's text.
    var range: SourceRange
}

extension LintedRule {
    /// The innermost part of `part` that loses a label which its result cannot have.
    func dropper(of label: String, in part: AnalyzedExpression) -> LabelDropping {
        if case .call(let call) = part.expression, call.function.name.hasPrefix("absent") {
            return LabelDropping(text: "\(call.function.name)(), which keeps the labels of = matchers alone,", range: part.range)
        }
        let inputs = part.children.filter { $0.expression.type == .vector || $0.expression.type == .matrix }
        if let child = inputs.first(where: { !$0.labels.possible.contains(label) }) { return dropper(of: label, in: child) }
        return LabelDropping(text: Self.description(of: part, label, context.recorded), range: part.range)
    }

    private static func description(of part: AnalyzedExpression, _ label: String, _ recorded: RecordedMetrics) -> String {
        switch part.expression {
        case .aggregation(let node):
            let names = node.grouping.names.joined(separator: ", ")
            if node.isWithout { return "\(node.operation.rawValue) without (\(names))" }
            return names.isEmpty ? "\(node.operation.rawValue), which keeps no label," : "\(node.operation.rawValue) by (\(names))"
        case .call(let node): return "\(node.function.name)()"
        case .binary(let node):
            guard let matching = node.matching else { return node.operation.rawValue }
            let names = matching.labels.names.joined(separator: ", ")
            if matching.isOn { return "on (\(names))" }
            if matching.labels.names.contains(label) { return "ignoring (\(names))" }
            return "matching with the other side of \(node.operation.rawValue)"
        case .vectorSelector(let node):
            if let metric = node.metric, let source = recorded.sources[metric]?.first, LabelFacts(node.matchers).possible.contains(label) {
                return "the rule that records \(source.rule.metric)"
            }
            return "the matcher of \(label)"
        case .number, .string, .matrixSelector, .subquery, .unary, .parenthesized: return "the expression"
        }
    }
}
