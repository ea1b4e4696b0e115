import LapwingAlerting
import LapwingPromQL
import LapwingRules
import LapwingSeries

extension [RuleGroup] {
    /// The queries that read nothing that a rule writes, and nothing later than the instant for which they are asked.
    ///
    /// - Complexity: O(nodes of the rules' expressions).
    var foreseeableQueries: Set<String> {
        let rules = flatMap(\.rules)
        let written = Set(rules.flatMap(\.writtenMetrics))
        return Set(
            rules.map(\.query).filter { query in
                !query.expression.looksAhead && query.expression.metrics.allSatisfy { $0.map { !written.contains($0) } ?? false }
            }.map(\.text))
    }
}

extension QueryExpression {
    /// The metrics of all selectors; nil for one that does not name its metric.
    var metrics: [String?] { selectors.map { $0.value(of: LabelName.metric) } }
}

extension VectorSelector {
    /// The one value that a label of its series has; nil where it may have others.
    func value(of label: String) -> String? { matchers.first { $0.name == label && $0.operation == .equal }?.value }
}

extension Rule {
    /// Nil for a rule that records.
    var alertName: String? { if case .alerting(let rule) = self { rule.name } else { nil } }

    /// Whether a template of it may ask a query.
    var asksInTemplates: Bool {
        guard case .alerting(let rule) = self else { return false }
        return (rule.labels + rule.annotations).contains { !$0.template.isConstant && $0.template.text.contains("query") }
    }
}

extension AlertSamples {
    static let metrics: Set<String> = [alertsMetric, forStateMetric]
}
