import LapwingPromQL
import LapwingSeries
import LapwingText

/// Selectors that find nothing in the data.
enum SeriesCheck: LintCheck {
    static let name = "promql/series"
    static let summary = "selectors that match nothing in the data: never existed, vanished, or a label's value never seen"
    static let need = LintNeed.data

    static func look(at rule: LintedRule, _ findings: inout LintFindings) {
        guard let data = rule.context.settings.data else { return }
        for part in present(rule.expression) {
            guard case .vectorSelector(let selector) = part.expression else { continue }
            if let metric = selector.metric, rule.context.recorded.sources[metric] != nil || metric.hasPrefix("ALERTS") { continue }
            do throws(ReadError) {
                guard let missing = try MissingSeries(selector, in: data) else { continue }
                findings.report(
                    missing.message(selector), in: part.range, selector: selector, help: missing.nearest.map { "did you mean \($0)?" })
            } catch {
                findings.report("the data cannot be read: \(error)", .error, in: part.range)
            }
        }
    }

    /// The parts below, without what is meant to be absent.
    private static func present(_ part: AnalyzedExpression) -> [AnalyzedExpression] {
        if case .call(let call) = part.expression, call.function.name.hasPrefix("absent") { return [] }
        return [part] + part.children.flatMap(present)
    }
}
