import LapwingPromQL
import LapwingSeries
import LapwingText

/// Rates of what is not named as counters are.
enum CounterSuffixCheck: LintCheck {
    static let name = "promql/counter_suffix"
    static let summary = "rate() and its like over a metric whose name does not say that it is a counter"

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        var seen: Set<String> = []
        visit(rule.expression, insideHistogram: false) { part, function in
            guard let selector = part.selector, let metric = selector.metric, case .unknown = MetricKind(metric),
                rule.context.recorded.sources[metric] == nil, seen.insert(metric).inserted
            else { return }
            // What the data says of its type counts for more than its name.
            if let kind = rule.context.settings.data?.metadata(of: metric)?.kind, kind != .unknown { return }
            // What an exporter calls its counters, it calls all of them.
            let exporter = metric.prefix { $0 != "_" }
            findings.report(
                "\(function)() is for counters, whose names end in _total, and \(metric) does not", .information, in: selector.range,
                selector: selector, subject: String(exporter), help: "if it is a gauge, use deriv() or delta()")
        }
    }

    /// Native histograms have no suffix either.
    private static func visit(_ part: AnalyzedExpression, insideHistogram: Bool, _ body: (AnalyzedExpression, String) -> Void) {
        var inside = insideHistogram
        if case .call(let call) = part.expression {
            if call.function.name.hasPrefix("histogram_") { inside = true }
            if !inside, RateCheck.ofCounters.contains(call.function.name), let argument = part.children.first?.bare {
                body(argument, call.function.name)
            }
        }
        for child in part.children { visit(child, insideHistogram: inside, body) }
    }
}
