import LapwingPromQL
import LapwingSeries
import LapwingText

/// Windows so long that a recording rule would make them cheap.
enum WindowCheck: LintCheck {
    static let name = "promql/window"
    static let summary = "alerts over a day or more of raw series, and subqueries of many points: recording rules would make them cheap"

    static let longWindow = Duration.seconds(86_400)
    /// Points of a subquery.
    static let manyPoints: Int64 = 1_000

    static func look(at part: AnalyzedExpression, of rule: LintedRule, _ findings: inout LintFindings) {
        guard let window = part.expression.window else { return }
        switch part.expression {
        case .matrixSelector(let node):
            let metric = node.selector.metric ?? ""
            let isRecorded = rule.context.recorded.sources[metric] != nil || MetricKind(metric) == .recorded
            guard rule.alert != nil, window >= longWindow, !isRecorded else { return }
            let (range, interval) = (window.prometheusText, rule.interval.prometheusText)
            findings.report(
                "\(range) of raw samples are read at each evaluation, every \(interval)", .information, in: part.range,
                selector: node.selector, subject: range,
                help: "record it over a shorter range, and look at the recorded series over this one")
        case .subquery(let node):
            let step = node.step?.literal ?? rule.interval
            let points = window.milliseconds / max(1, step.milliseconds)
            guard points > manyPoints else { return }
            findings.report(
                "the subquery has \(points) points, computed anew at each evaluation", .information, in: part.range,
                subject: "\(points)", help: "record what is inside, and look at the recorded series over this range")
        default: return
        }
    }
}
