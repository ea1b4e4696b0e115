import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// Conditions that no data can satisfy.
enum ImpossibleCheck: LintCheck {
    static let name = "promql/impossible"
    static let summary = "comparisons that never hold, conditions that contradict each other, aggregation by labels that are not there"

    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings) {
        switch part.expression {
        case .binary(let node):
            if node.operation.isComparison { lookAtComparison(part, node, &findings) }
            if node.operation == .and, node.matching?.isOn == false { lookAtContradiction(part, rule, &findings) }
        case .aggregation(let node): lookAtGrouping(part, node, rule, &findings)
        case .vectorSelector(let node): lookAtMatchers(node, &findings)
        case .number, .string, .matrixSelector, .subquery, .call, .unary, .parenthesized: break
        }
    }

    private static func lookAtComparison(_ part: AnalyzedExpression, _ node: BinaryOperation, _ findings: inout LintFindings) {
        let (left, right) = (part.children[0], part.children[1])
        guard left.values.verdict(node.operation, right.values) == false else { return }
        let isMissing = (node.operation == .equal || node.operation == .less) && right.values.isPoint && left.values.lower == 1
        findings.report(
            "\(node.operation.rawValue) never holds here: the left side is \(left.values), the right side \(right.values)", in: part.range,
            help: isMissing ? "where there is nothing to count there is no result: use absent(), or add `or vector(0)`" : nil)
    }

    // MARK: Conditions that are joined

    /// `x > 5 and x < 3`: what both sides say of the same expression.
    private static func lookAtContradiction(_ part: AnalyzedExpression, _ rule: LintedRule, _ findings: inout LintFindings) {
        let first = constraints(part.children[0])
        guard !first.isEmpty else { return }
        for (text, bounds) in constraints(part.children[1]) {
            guard let other = first.first(where: { $0.text == text })?.bounds, bounds.intersection(other).isEmpty else { continue }
            let what = rule.shortened(text)
            findings.report(
                "the conditions contradict each other: \(what) is \(other) on the left, \(bounds) on the right", in: part.range)
            return
        }
    }

    /// What is compared with a number, and what holds for it then.
    private static func constraints(_ part: AnalyzedExpression) -> [(text: String, bounds: ValueBounds)] {
        guard case .binary(let node) = part.bare.expression else { return [] }
        let children = part.bare.children
        if node.operation == .and, node.matching?.isOn == false { return children.flatMap(constraints) }
        guard node.operation.isComparison, node.operation != .notEqual, !node.returnsBool, let number = node.right.number else { return [] }
        return [(node.left.bare.description, .satisfying(node.operation, .exactly(number)))]
    }

    // MARK: Labels

    private static func lookAtGrouping(
        _ part: AnalyzedExpression, _ node: Aggregation, _ rule: LintedRule, _ findings: inout LintFindings
    ) {
        guard !node.isWithout, let inner = part.children.last else { return }
        for name in node.grouping.names where !inner.labels.possible.contains(name) {
            let cause = rule.dropper(of: name, in: inner)
            findings.report(
                "\(node.operation.rawValue) by (\(name)) of what has no label \(name): \(cause.text) drops it",
                in: rule.rule.query.text.range(ofWord: name, in: part.range) ?? part.range)
        }
    }

    private static func lookAtMatchers(_ node: VectorSelector, _ findings: inout LintFindings) {
        let names = node.matchers.map(\.name)
        guard names.indices.contains(where: { names[..<$0].contains(names[$0]) }) else { return }
        for entry in LabelFacts(node.matchers).certain.entries {
            guard case .some(let values) = entry.values else { continue }
            let matchers = node.matchers.filter { $0.name == entry.name }
            if matchers.count > 1, !values.contains(where: { value in matchers.allSatisfy { $0.matches(value) } }) {
                let texts = matchers.map(\.description).joined(separator: " and ")
                findings.report("no series satisfies \(texts)", in: node.range, selector: node)
            }
        }
    }
}

extension LintedRule {
    /// An expression as a message names it: its beginning, where it is long.
    func shortened(_ text: String) -> String { text.count <= 60 ? text : text.prefix(57) + "…" }
}

extension String {
    /// Where a word first stands in a part of the text.
    func range(ofWord word: String, in part: SourceRange) -> SourceRange? {
        let (bytes, word) = (Array(utf8), Array(word.utf8))
        func isWord(_ offset: Int) -> Bool {
            guard bytes.indices.contains(offset) else { return false }
            let byte = bytes[offset]
            return byte == 0x5F || (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte >= 0x80
        }
        guard !word.isEmpty, word.count <= part.count else { return nil }
        for start in part.lowerBound...(part.upperBound - word.count)
        where bytes[start..<(start + word.count)].elementsEqual(word) && !isWord(start - 1) && !isWord(start + word.count) {
            return SourceRange(start, start + word.count)
        }
        return nil
    }
}
