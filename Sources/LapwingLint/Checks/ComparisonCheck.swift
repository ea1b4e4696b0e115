import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// Alerts without a condition, which fire for as long as there is anything.
enum ComparisonCheck: LintCheck {
    static let name = "alerts/comparison"
    static let summary = "alerts whose expression has no comparison, or one that always holds"

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        // vector(1) alone is a heartbeat, and meant to fire always.
        guard rule.alert != nil, !rule.expression.isConstant else { return }
        for part in unconditional(rule.expression, rule.context.recorded) {
            report(part, isWhole: part.range == rule.expression.range, &findings)
        }
    }

    private static func report(_ part: AnalyzedExpression, isWhole: Bool, _ findings: inout LintFindings) {
        let bare = part.bare
        let reason: String
        var isCount = false
        if case .binary(let node) = bare.expression, node.operation.isComparison {
            let compared = node.left.type == .scalar && node.right.type != .scalar ? bare.children[1] : bare.children[0]
            let values = compared.values
            isCount = compared.isCount
            reason = node.returnsBool
                ? "a comparison with bool has a result also where it does not hold"
                : "the comparison always holds: what it compares is \(values)"
        } else {
            reason = "there is no condition"
        }
        // A label's value can be the condition: {state="down"}. And `count(x) > 0` asks whether there is an x.
        let severity = part.choosesByLabel || isCount ? Diagnostic.Severity.information : .warning
        findings.report(
            "\(reason), and the alert fires for as long as \(isWhole ? "the expression" : "this side of or") has a result", severity,
            in: bare.range)
    }

    /// The parts whose result alone makes the alert fire.
    private static func unconditional(_ part: AnalyzedExpression, _ recorded: RecordedMetrics) -> [AnalyzedExpression] {
        if case .binary(let node) = part.bare.expression, node.operation == .or {
            return part.bare.children.flatMap { unconditional($0, recorded) }
        }
        return hasCondition(part, recorded) ? [] : [part]
    }

    /// Whether what comes out depends on more than there being something.
    static func hasCondition(_ part: AnalyzedExpression, _ recorded: RecordedMetrics) -> Bool {
        switch part.expression {
        case .number, .string: return false
        case .vectorSelector(let node): return hasCondition(node, recorded)
        case .call(let call):
            switch call.function.name {
            case "absent", "absent_over_time": return true
            case "scalar": return false
            default: break
            }
        case .binary(let node):
            if node.operation == .unless { return true }
            if node.operation == .or { return part.children.allSatisfy { hasCondition($0, recorded) } }
            let (left, right) = (part.children[0].values, part.children[1].values)
            if node.operation.isComparison, !node.returnsBool, left.verdict(node.operation, right) != true { return true }
        case .matrixSelector, .subquery, .aggregation, .unary, .parenthesized: break
        }
        return part.children.contains { hasCondition($0, recorded) }
    }

    /// A series of `ALERTS` is there only while it fires, and so may be what a rule records, or what is recorded elsewhere.
    private static func hasCondition(_ selector: VectorSelector, _ recorded: RecordedMetrics) -> Bool {
        guard let metric = selector.metric else { return false }
        if let sources = recorded.sources[metric] {
            return sources.allSatisfy { source in
                let analyzed = AnalyzedExpression(source.rule.query.expression, RecordedMetrics())
                return hasCondition(analyzed, RecordedMetrics())
            }
        }
        return metric.hasPrefix("ALERTS")
    }
}

extension AnalyzedExpression {
    /// Labels by which it is said where to look, rather than for what.
    private static let places: Set = ["__name__", "job", "instance", "namespace", "cluster"]

    /// Whether a selector in it asks for the value of a label.
    fileprivate var choosesByLabel: Bool {
        parts.contains { part in
            guard case .vectorSelector(let node) = part.expression else { return false }
            return node.matchers.contains { !Self.places.contains($0.name) }
        }
    }

    /// Whether it says how many there are, or that there are any.
    fileprivate var isCount: Bool {
        guard case .aggregation(let node) = bare.expression else { return false }
        return node.operation == .count || node.operation == .group
    }

    /// Whether it is a number, or `vector` of one.
    fileprivate var isConstant: Bool {
        if expression.number != nil { return true }
        guard case .call(let call) = bare.expression, call.function.name == "vector" else { return false }
        return call.arguments.first?.number != nil
    }
}
