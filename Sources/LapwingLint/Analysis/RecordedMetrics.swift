import LapwingPromQL
import LapwingRules
import LapwingSeries

/// What is known of the metrics that the checked rules record: a selector of one has what the rule's expression has.
struct RecordedMetrics {
    /// A recording rule and its place among the checked files.
    struct Source {
        var rule: RecordingRule
        var file: Int
        var group: Int
        var place: Int
    }

    /// By metric.
    private(set) var sources: [String: [Source]] = [:]
    private var known: [String: (LabelFacts, ValueBounds)] = [:]

    init(_ files: [RuleFile] = []) {
        for (fileIndex, file) in files.enumerated() {
            for (groupIndex, group) in file.groups.enumerated() {
                for (place, rule) in group.rules.enumerated() {
                    guard case .recording(let rule) = rule else { continue }
                    sources[rule.metric, default: []].append(Source(rule: rule, file: fileIndex, group: groupIndex, place: place))
                }
            }
        }
        var open: Set<String> = []
        for metric in sources.keys.sorted() { learn(metric, &open) }
    }

    /// What is known of a selector's series.
    func facts(of selector: VectorSelector) -> (LabelFacts, ValueBounds) {
        let own = LabelFacts(selector.matchers)
        guard let metric = selector.metric else { return (own, .unknown) }
        if let known = known[metric] { return (own.intersection(known.0), known.1) }
        var labels = own
        if sources[metric] == nil, MetricKind(metric) != .recorded, !metric.hasPrefix("ALERTS") {
            labels.usual = NameSet(["instance", "job"].filter(own.possible.contains))
        }
        return (labels, Self.values(of: metric))
    }

    /// - Parameter open: metrics that wait for this one, which are unknown to it: rules may read each other in a circle.
    private mutating func learn(_ metric: String, _ open: inout Set<String>) {
        guard known[metric] == nil, let sources = sources[metric], open.insert(metric).inserted else { return }
        defer { open.remove(metric) }
        var facts: (LabelFacts, ValueBounds)?
        for source in sources {
            for name in source.rule.query.expression.metrics { learn(name, &open) }
            let analyzed = AnalyzedExpression(source.rule.query.expression, self)
            let labels = Self.labels(analyzed.labels, of: source.rule)
            facts = facts.map { ($0.0.union(labels), $0.1.union(analyzed.values)) } ?? (labels, analyzed.values)
        }
        known[metric] = facts
    }

    private static func labels(_ facts: LabelFacts, of rule: RecordingRule) -> LabelFacts {
        let set = rule.labels.map { ($0.name, LabelFacts.Values.some([$0.value])) }
        return facts.dropping(NameSet(rule.removedLabels)).setting([(LabelName.metric, .some([rule.metric]))] + set)
    }

    private static func values(of metric: String) -> ValueBounds {
        if metric == "up" { return .truth }
        if metric.hasPrefix("ALERTS") { return metric == "ALERTS" ? .exactly(1) : .notNegative }
        return switch MetricKind(metric) {
        case .counter where !metric.ends(in: "_sum"), .bucket: .notNegative
        case .counter, .gauge, .recorded, .unknown: .unknown
        }
    }
}

extension QueryExpression {
    /// The metrics that its selectors name.
    var metrics: [String] {
        if case .vectorSelector(let node) = self { return node.metric.map { [$0] } ?? [] }
        return children.flatMap(\.metrics)
    }
}
