import LapwingPromQL
import LapwingSeries
import LapwingText

/// Windows so long that a recording rule would make them cheap.
enum WindowCheck: LintCheck {
    static let name = "promql/window"
    static let summary = "ranges of a day or more over raw series, and subqueries of very many points, which a recording rule would make cheap"

    static let longWindow = Duration.seconds(86_400)
    /// Points of a subquery.
    static let manyPoints: Int64 = 1_000

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        rule.expression.visit { part in
            guard let window = part.expression.window else { return }
            switch part.expression {
            case .matrixSelector(let node):
                let metric = node.selector.metric ?? ""
                guard window >= longWindow, rule.context.recorded.sources[metric] == nil, MetricKind(metric) != .recorded else { return }
                findings.report(
                    "\(RateCheck.text(window)) of raw samples are read at each evaluation, every \(RateCheck.text(rule.interval))", .information,
                    in: part.range, selector: node.selector, help: "record it over a shorter range, and look at the recorded series over this one")
            case .subquery(let node):
                let step = node.step?.literal ?? rule.interval
                guard step > .zero, window.milliseconds / max(1, step.milliseconds) > manyPoints else { return }
                findings.report(
                    "the subquery has \(window.milliseconds / max(1, step.milliseconds)) points, computed anew at each evaluation", .information,
                    in: part.range, help: "record what is inside, and look at the recorded series over this range")
            default: return
            }
        }
    }
}
