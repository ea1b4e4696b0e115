import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingText

/// `rate` of a gauge, of a sum, or over too short a range.
enum RateCheck: LintCheck {
    static let name = "promql/rate"
    static let summary = "rate() and its like over a gauge, over a sum, or over less than two scrapes"

    /// Functions that take the falls of a counter for restarts.
    static let ofCounters: Set = ["rate", "irate", "increase"]
    /// Functions that say nothing about a single sample.
    private static let ofPairs = ofCounters.union(["delta", "idelta", "deriv", "predict_linear", "changes", "resets"])

    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings) {
        guard case .call(let call) = part.expression, ofPairs.contains(call.function.name), let argument = part.children.first?.bare
        else { return }
        let function = call.function.name
        if let window = argument.expression.window, window < rule.context.settings.scrapeInterval * 2 {
            let (range, scrape) = (window.prometheusText, rule.context.settings.scrapeInterval)
            findings.report(
                "\(function)() needs two samples, and a range of \(range) seldom holds two at a scrape interval of \(scrape.prometheusText)",
                in: argument.range, selector: argument.selector, help: "use at least \((scrape * 4).prometheusText)")
        }
        guard ofCounters.contains(function) else { return }
        if case .subquery = argument.expression {
            lookAtSubquery(argument.children[0].bare, function, &findings)
        } else if let selector = argument.selector, let metric = selector.metric {
            lookAtMetric(metric, selector, function, rule, &findings)
        }
    }

    private static func lookAtSubquery(_ inner: AnalyzedExpression, _ function: String, _ findings: inout LintFindings) {
        switch inner.expression {
        case .aggregation(let node) where inner.parts.contains(where: { $0.isCounter }):
            findings.report(
                "\(function)() over \(node.operation.rawValue) takes the fall of the whole for a restart when one counter restarts",
                in: inner.range, help: "take the rate of each counter first, then aggregate")
        case .call(let call) where ofCounters.contains(call.function.name):
            findings.report("\(function)() over \(call.function.name)(), whose result is no counter", in: inner.range)
        default: break
        }
    }

    private static func lookAtMetric(
        _ metric: String, _ selector: VectorSelector, _ function: String, _ rule: LintedRule, _ findings: inout LintFindings
    ) {
        if let sources = rule.context.recorded.sources[metric], let source = sources.first {
            let bare = AnalyzedExpression(source.rule.query.expression, rule.context.recorded).bare
            if bare.parts.contains(where: { $0.isRate }) {
                findings.report(
                    "\(function)() over \(metric), which is no counter: it is recorded from a rate", in: selector.range, selector: selector)
            } else if case .aggregation(let node) = bare.expression, node.operation == .sum, bare.parts.contains(where: { $0.isCounter }) {
                findings.report(
                    "\(function)() over \(metric), which is recorded as a sum and falls when one counter restarts, as if all had",
                    in: selector.range, selector: selector, help: "record the rate of each counter first, then aggregate")
            }
            return
        }
        if let kind = rule.context.settings.data?.metadata(of: metric)?.kind, kind != .unknown {
            if MetricKind(kind) == .gauge {
                findings.report(
                    "\(function)() is for counters, and \(metric) is a \(kind.rawValue)", in: selector.range, selector: selector,
                    help: instead)
            }
            return
        }
        switch MetricKind(metric) {
        case .counter, .bucket, .unknown: break
        case .gauge:
            findings.report(
                "\(function)() is for counters, and \(metric) is a gauge by its name", in: selector.range, selector: selector,
                help: instead)
        case .recorded:
            guard [":rate", ":irate", "_rate", "ratio"].contains(where: metric.contains) else { return }
            findings.report(
                "\(function)() over \(metric), which is no counter by its name", in: selector.range, selector: selector)
        }
    }

    private static let instead = "use deriv() or delta()"
}

extension AnalyzedExpression {
    /// Whether it is a selector of counters, by their name.
    var isCounter: Bool {
        guard case .vectorSelector(let node) = expression, let metric = node.metric else { return false }
        switch MetricKind(metric) {
        case .counter, .bucket: return true
        case .gauge, .recorded, .unknown: return false
        }
    }

    /// Whether it is the rate of something.
    var isRate: Bool {
        if case .call(let call) = expression { RateCheck.ofCounters.contains(call.function.name) } else { false }
    }
}

extension QueryExpression {
    /// The length of a range or subquery, where it is written as a duration.
    var window: Duration? {
        switch self {
        case .matrixSelector(let node): node.window.literal
        case .subquery(let node): node.window.literal
        default: nil
        }
    }
}

extension DurationText {
    var literal: Duration? {
        if case .literal(let milliseconds, _, _) = self { .milliseconds(milliseconds) } else { nil }
    }
}
