import LapwingAlerting
import LapwingPromQL
import LapwingSeries

/// Which of some rules write what a rule may read.
///
/// Selectors of the expression count. What templates ask does not matter to a group that is evaluated instant by instant, where it is
/// asked when the rules before have written; it does where rules are evaluated out of their order, or left out. What cannot be told is
/// taken for a dependency. Source: Prometheus 3.14 `rules/group.go`, `buildDependencyMap`.
public struct RuleDependencies: Sendable {
    /// By rule, what is known of the labels of the series that it writes.
    private let written: [[[Label]]]
    /// The rules that write a metric, in order.
    private var writers: [String: [Int]] = [:]
    private let countsTemplates: Bool

    /// - Parameter countsTemplates: whether a rule reads what its templates ask for as well.
    public init(among rules: [Rule], countsTemplates: Bool = false) {
        self.countsTemplates = countsTemplates
        written = rules.map(\.written)
        for (index, rule) in rules.enumerated() {
            for metric in rule.writtenMetrics { writers[metric, default: []].append(index) }
        }
    }

    /// The places of the rules that write what this one may read, in order.
    ///
    /// - Complexity: O(selectors × rules that write the metric); of a selector without a metric's name, O(metrics).
    public func rules(readBy rule: Rule) -> [Int] {
        var selectors = rule.query.expression.selectors
        if countsTemplates {
            guard let asked = rule.selectorsOfTemplates else { return Array(written.indices) }
            selectors += asked
        }
        var found: Set<Int> = []
        for selector in selectors {
            for index in candidates(for: selector) where written[index].contains(where: selector.mayFind) { found.insert(index) }
        }
        return found.sorted()
    }

    private func candidates(for selector: VectorSelector) -> [Int] {
        let names = selector.matchers.filter { $0.name == LabelName.metric }
        if let name = names.first(where: { $0.operation == .equal }) { return writers[name.value] ?? [] }
        return writers.filter { metric, _ in names.allSatisfy { $0.matches(metric) } }.flatMap(\.value)
    }
}

extension Rule {
    /// What the queries of its templates read; nil where that may be anything.
    fileprivate var selectorsOfTemplates: [VectorSelector]? {
        guard case .alerting(let rule) = self else { return [] }
        var selectors: [VectorSelector] = []
        for text in rule.labels + rule.annotations {
            guard let queries = text.template.queries else { return nil }
            // One that is none reads nothing.
            for query in queries { selectors += (try? PreparedQuery(query))?.expression.selectors ?? [] }
        }
        return selectors
    }

    /// The metrics that the rule writes.
    public var writtenMetrics: [String] { written.compactMap { $0.first?.value } }

    /// What is known of the labels that the rule's series have: those that no result can change.
    fileprivate var written: [[Label]] {
        switch self {
        case .recording(let rule): return [[Label(name: LabelName.metric, value: rule.metric)] + rule.labels.filter { $0.name != LabelName.metric }]
        case .alerting(let rule):
            return [AlertSamples.alertsMetric, AlertSamples.forStateMetric].map { metric in
                [Label(name: LabelName.metric, value: metric), Label(name: LabelName.alert, value: rule.name)]
            }
        }
    }
}

extension VectorSelector {
    /// Whether a series with these labels, and others besides, may satisfy all matchers.
    fileprivate func mayFind(_ labels: [Label]) -> Bool {
        matchers.allSatisfy { matcher in
            guard let label = labels.first(where: { $0.name == matcher.name }) else { return true }
            return matcher.matches(label.value)
        }
    }
}
