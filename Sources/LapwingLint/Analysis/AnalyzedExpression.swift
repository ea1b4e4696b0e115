import LapwingPromQL
import LapwingRegex
import LapwingSeries
import LapwingText

/// A part of an expression with what is known of its result before there is any data; a class, because checks hand it about.
final class AnalyzedExpression: Sendable {
    let expression: QueryExpression
    let labels: LabelFacts
    let values: ValueBounds
    let children: [AnalyzedExpression]

    var range: SourceRange { expression.range }

    /// - Parameter recorded: what is known of metrics that rules write.
    init(_ expression: QueryExpression, _ recorded: RecordedMetrics) {
        self.expression = expression
        // No closure: it would count a reference to what all threads share.
        var children: [AnalyzedExpression] = []
        for child in expression.children { children.append(AnalyzedExpression(child, recorded)) }
        self.children = children
        (labels, values) = Self.facts(of: expression, children, recorded)
    }

    /// This part and all below, outer ones first.
    var parts: [AnalyzedExpression] {
        var parts: [AnalyzedExpression] = []
        visit { parts.append($0) }
        return parts
    }

    func visit(_ body: (AnalyzedExpression) -> Void) {
        body(self)
        for child in children { child.visit(body) }
    }

    /// Without parentheses around it.
    var bare: AnalyzedExpression {
        if case .parenthesized = expression { children[0].bare } else { self }
    }

    /// The selector that a range or instant selector is.
    var selector: VectorSelector? {
        switch expression {
        case .vectorSelector(let node): node
        case .matrixSelector(let node): node.selector
        default: nil
        }
    }

    private static func facts(
        of expression: QueryExpression, _ children: [AnalyzedExpression], _ recorded: RecordedMetrics
    ) -> (LabelFacts, ValueBounds) {
        switch expression {
        case .number(let node): return (.none, .exactly(node.value))
        case .string: return (.none, .unknown)
        case .vectorSelector(let node): return recorded.facts(of: node)
        case .matrixSelector, .subquery, .parenthesized: return (children[0].labels, children[0].values)
        case .unary(let node):
            let operand = children[0]
            return node.operation == .minus ? (operand.labels.withoutName, -operand.values) : (operand.labels, operand.values)
        case .call(let node): return (FunctionFacts.labels(of: node, children), FunctionFacts.values(of: node, children))
        case .aggregation(let node): return (AggregationFacts.labels(of: node, children), AggregationFacts.values(of: node, children))
        case .binary(let node): return (BinaryFacts.labels(of: node, children), BinaryFacts.values(of: node, children))
        }
    }
}

extension VectorSelector {
    /// The metric that it names, before the braces or in them; nil where none or several.
    var metric: String? {
        if !name.isEmpty { return name }
        let names = matchers.filter { $0.name == LabelName.metric }
        guard names.count == 1, let matcher = names.first else { return nil }
        switch matcher.operation {
        case .equal: return matcher.value.isEmpty ? nil : matcher.value
        case .matches: return matcher.expression?.literals?.count == 1 ? matcher.expression?.literals?.first : nil
        case .notEqual, .matchesNot: return nil
        }
    }
}

extension QueryExpression {
    /// The same without the parentheses around it.
    var bare: QueryExpression {
        if case .parenthesized(let node) = self { node.expression.bare } else { self }
    }

    /// The number that it is, sign included; nil where it is none.
    var number: Double? {
        switch bare {
        case .number(let node): node.value
        case .unary(let node): node.operand.number.map { node.operation == .minus ? -$0 : $0 }
        default: nil
        }
    }
}
