import LapwingPromQL
import LapwingSeries
import LapwingText

/// `histogram_quantile` of what has no buckets, and quantiles that are none.
enum HistogramCheck: LintCheck {
    static let name = "promql/histogram"
    static let summary = "histogram_quantile() without the label le, over what is no histogram, or of all time; quantiles beyond 0 and 1"

    private static let quantiles: Set = ["histogram_quantile", "quantile_over_time"]

    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings) {
        switch part.expression {
        case .aggregation(let node) where node.operation == .quantile: lookAtQuantile(node.parameter, "quantile", &findings)
        case .call(let call) where quantiles.contains(call.function.name):
            lookAtQuantile(call.arguments.first, call.function.name, &findings)
            guard call.function.name == "histogram_quantile", let argument = part.children.last else { return }
            lookAtBuckets(argument, rule, &findings)
        default: break
        }
    }

    private static func lookAtQuantile(_ quantile: QueryExpression?, _ function: String, _ findings: inout LintFindings) {
        guard let quantile, let value = quantile.number, !(0...1).contains(value) else { return }
        let likely = value > 1 && value <= 100 ? "write \(GoNumber.text(value / 100)) for the \(GoNumber.text(value))th percentile" : nil
        findings.report("\(function)() takes a quantile from 0 to 1, not \(GoNumber.text(value))", in: quantile.range, help: likely)
    }

    private static func lookAtBuckets(_ argument: AnalyzedExpression, _ rule: LintedRule, _ findings: inout LintFindings) {
        let selectors = argument.parts.compactMap { part -> VectorSelector? in
            if case .vectorSelector(let node) = part.expression { node } else { nil }
        }
        let metrics = selectors.compactMap(\.metric)
        if let selector = selectors.first(where: { ["_count", "_sum", "_total"].contains(where: ($0.metric ?? "").hasSuffix) }) {
            findings.report(
                "histogram_quantile() takes buckets, and \(selector.metric ?? "") is one number", in: selector.range, selector: selector,
                help: "use the metric that ends in _bucket")
            return
        }
        // Native histograms have no buckets by name, and need no label.
        let isClassic = metrics.contains { MetricKind($0) == .bucket }
        guard isClassic else { return }
        if !argument.labels.possible.contains(LabelName.bucket) {
            let cause = rule.dropper(of: LabelName.bucket, in: argument)
            findings.report(
                "histogram_quantile() needs the label le, and \(cause.text) drops it: there is no result", in: cause.range,
                help: "add le to the labels that are kept")
        } else if !argument.parts.contains(where: { $0.isOverRange }), let selector = selectors.first {
            findings.report(
                "histogram_quantile() of buckets that count since each process started", .information, in: selector.range,
                selector: selector, help: "take the rate() of the buckets over a range")
        }
    }
}

extension AnalyzedExpression {
    /// Whether it looks at a range of time.
    fileprivate var isOverRange: Bool {
        switch expression {
        case .matrixSelector, .subquery: true
        case .vectorSelector(let node): node.metric.map { MetricKind($0) == .recorded } ?? false
        default: false
        }
    }
}
