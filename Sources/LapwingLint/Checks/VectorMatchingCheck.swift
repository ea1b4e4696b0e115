import LapwingPromQL
import LapwingSeries
import LapwingText

/// Vectors whose series cannot pair up.
enum VectorMatchingCheck: LintCheck {
    static let name = "promql/vector_matching"
    static let summary = "vectors that can never match: labels that one side has and the other cannot have, or that differ"

    static func look(at rule: LintedRule, _ findings: inout LintFindings) { _ = visit(rule.expression, rule, &findings) }

    /// - Returns: whether something below never matches; what is around it then says nothing.
    private static func visit(_ part: AnalyzedExpression, _ rule: LintedRule, _ findings: inout LintFindings) -> Bool {
        var isFaulty = false
        for child in part.children where visit(child, rule, &findings) { isFaulty = true }
        guard !isFaulty, case .binary(let node) = part.expression, let matching = node.matching, node.operation != .or,
            matching.leftFill == nil, matching.rightFill == nil
        else { return isFaulty }
        let pair = Pair(left: part.children[0], right: part.children[1], node: node, matching: matching, rule: rule)
        if let fault = pair.fault {
            findings.report(fault.message, in: fault.range, help: fault.help)
            return true
        }
        for (label, one) in pair.missingIncluded {
            let cause = rule.dropper(of: label, in: one)
            // Without a name nothing else changes.
            let severity = label == LabelName.metric ? Diagnostic.Severity.information : .warning
            findings.report("\(label) cannot be taken over: \(cause.text) drops it", severity, in: cause.range)
        }
        return false
    }
}

/// Two vectors that are to be paired.
private struct Pair {
    let left: AnalyzedExpression
    let right: AnalyzedExpression
    let node: BinaryOperation
    let matching: VectorMatching
    let rule: LintedRule

    struct Fault {
        var message: String
        var range: SourceRange
        var help: String?
    }

    /// Why no series of one side has a partner on the other.
    var fault: Fault? {
        let names = matching.isOn ? matching.labels.names : compared
        for name in names {
            if let fault = fault(of: name, left, right) ?? fault(of: name, right, left) { return fault }
            let (a, b) = (left.labels.values(of: name), right.labels.values(of: name))
            if case .some(let a) = a, case .some(let b) = b, a.isDisjoint(with: b), !a.isEmpty, !b.isEmpty {
                return Fault(
                    message: "no series of the two sides match: \(name) is \(text(a)) on the left, \(text(b)) on the right\(effect)",
                    range: node.range, help: matching.isOn ? nil : "ignoring (\(name)) leaves it out of the comparison")
            }
        }
        return nil
    }

    /// Labels that are compared without being named, and known to be on one of the sides.
    private var compared: [String] {
        let known = left.labels.certain.names.union(right.labels.certain.names).union(left.labels.usual).union(right.labels.usual)
        return known.subtracting(NameSet(matching.labels.names)).subtracting([LabelName.metric]).sorted()
    }

    /// A label that one side has, or is written to have, and the other cannot have.
    private func fault(of name: String, _ one: AnalyzedExpression, _ other: AnalyzedExpression) -> Fault? {
        guard !other.labels.possible.contains(name) else { return nil }
        guard one.labels.isCertain(name) || matching.isOn else { return nil }
        let cause = rule.dropper(of: name, in: other)
        let side = other.range == right.range ? "right" : "left"
        if !one.labels.possible.contains(name) {
            return Fault(message: "on (\(name)) compares what neither side has: \(cause.text) drops it", range: cause.range)
        }
        let known = other.labels.possible
        var help: String?
        if !matching.isOn, case .only(let names) = known {
            let direction = side == "right" ? "group_left" : "group_right"
            let common = names.subtracting([LabelName.metric]).sorted().joined(separator: ", ")
            help = "\(node.operation.rawValue) on (\(common))\(node.operation.isSet ? "" : " " + direction) compares what both sides have"
        }
        return Fault(
            message: "no series of the two sides match: \(cause.text) drops \(name) on the \(side), and the other side has it\(effect)",
            range: cause.range, help: help)
    }

    private var effect: String { node.operation == .unless ? ", so that unless takes nothing away" : "" }

    private func text(_ values: NameSet) -> String { values.sorted().map(GoQuote.quote).joined(separator: " or ") }

    /// Labels that `group_left` or `group_right` is to take over from a side that cannot have them.
    var missingIncluded: [(String, AnalyzedExpression)] {
        let one = matching.cardinality == .oneToMany ? left : right
        return matching.included.filter { !one.labels.possible.contains($0) }.map { ($0, one) }
    }
}
