import Lapwing
import LapwingExposition
import LapwingRules
import LapwingSeries

/// What is known of groups and rules, on the page of metrics: read when it is asked for, so that an evaluation counts nothing twice.
///
/// Groups have Prometheus' names below `lapwing_`, and its label: `rule_group="FILE;NAME"`. Rules have labels of their own beside it:
/// their name and, since names repeat, their number in the group, from 1.
enum RuleFigures {
    private typealias GroupFigure = (
        name: String, kind: MetricMetadata.Kind, help: String, value: @Sendable (RuleScheduler.Status) -> Double
    )
    private typealias RuleFigure = (
        name: String, kind: MetricMetadata.Kind, help: String, value: @Sendable (RuleState) -> Double
    )

    private static let groups: [GroupFigure] = [
        (
            "lapwing_rule_evaluations_total", .counter, "Rules evaluated.",
            { Double($0.state.rules.reduce(0) { $0 + $1.evaluations }) }
        ),
        (
            "lapwing_rule_evaluation_failures_total", .counter, "Evaluations that failed.",
            { Double($0.state.rules.reduce(0) { $0 + $1.failures }) }
        ),
        (
            "lapwing_rule_group_iterations_total", .counter, "Instants at which a group was to be evaluated, those that were missed included.",
            { Double($0.state.iterations) }
        ),
        (
            "lapwing_rule_group_iterations_missed_total", .counter, "Instants at which a group was not evaluated.",
            { Double($0.state.iterationsMissed) }
        ),
        ("lapwing_rule_group_interval_seconds", .gauge, "The interval of a group.", { $0.interval / .seconds(1) }),
        (
            "lapwing_rule_group_last_duration_seconds", .gauge, "What the last evaluation took.",
            { $0.state.evaluationDuration / .seconds(1) }
        ),
        (
            "lapwing_rule_group_last_evaluation_timestamp_seconds", .gauge, "The instant of the last evaluation.",
            { $0.state.lastEvaluation?.seconds ?? 0 }
        ),
        (
            "lapwing_rule_group_last_evaluation_samples", .gauge, "Samples that the last evaluation gave.",
            { Double($0.state.rules.reduce(0) { $0 + $1.samplesProduced }) }
        ),
        ("lapwing_rule_group_rules", .gauge, "Rules of a group.", { Double($0.group.rules.count) }),
    ]

    private static let rules: [RuleFigure] = [
        ("lapwing_rule_runs_total", .counter, "Evaluations of a rule.", { Double($0.evaluations) }),
        ("lapwing_rule_failures_total", .counter, "Evaluations of a rule that failed.", { Double($0.failures) }),
        (
            "lapwing_rule_last_duration_seconds", .gauge, "What a rule's last evaluation took.",
            { $0.evaluationDuration / .seconds(1) }
        ),
        (
            "lapwing_rule_last_series_read", .gauge, "Series that a rule's last evaluation selected.",
            { Double($0.seriesRead) }
        ),
        (
            "lapwing_rule_last_samples_read", .gauge, "Samples that a rule's last evaluation read.",
            { Double($0.samplesRead) }
        ),
    ]

    static func describe(_ scheduler: RuleScheduler, in instruments: Instruments) {
        for figure in groups {
            instruments.collect(figure.name, kind: figure.kind, help: figure.help) {
                scheduler.statuses.map {
                    .init(labels: Labels(metric: figure.name, ["rule_group": group($0)]), value: figure.value($0))
                }
            }
        }
        for figure in rules {
            instruments.collect(figure.name, kind: figure.kind, help: figure.help) {
                eachRule(of: scheduler) { status, index in
                    .init(labels: labels(figure.name, status, index), value: figure.value(status.state.rules[index]))
                }
            }
        }
        let errors = "lapwing_rule_last_error"
        instruments.collect(errors, help: "1 for a rule whose last evaluation failed, and why.") {
            eachRule(of: scheduler) { status, index in
                status.state.rules[index].lastError.map {
                    .init(labels: labels(errors, status, index).setting("error", $0), value: 1)
                }
            }
        }
    }

    private static func eachRule(
        of scheduler: RuleScheduler, _ sample: (RuleScheduler.Status, Int) -> Instruments.Sample?
    ) -> [Instruments.Sample] {
        scheduler.statuses.flatMap { status in status.state.rules.indices.compactMap { sample(status, $0) } }
    }

    private static func group(_ status: RuleScheduler.Status) -> String { "\(status.group.file);\(status.group.name)" }

    private static func labels(_ name: String, _ status: RuleScheduler.Status, _ index: Int) -> Labels {
        Labels(
            metric: name,
            ["rule_group": group(status), "rule": status.group.rules[index].name, "number": "\(index + 1)"])
    }
}

/// What evaluations take, as Prometheus summarizes it.
struct RuleDurations: Sendable {
    private let rules: Summary
    private let groups: Summary

    init(_ instruments: Instruments) {
        rules = instruments.summary(
            "lapwing_rule_evaluation_duration_seconds", quantiles: [0.5, 0.9, 0.99], help: "What evaluations of rules take.")
        groups = instruments.summary(
            "lapwing_rule_group_duration_seconds", quantiles: [0.01, 0.05, 0.5, 0.9, 0.99], help: "What evaluations of groups take.")
    }

    func observe(_ outcome: GroupOutcome) {
        let now = ContinuousClock.now
        for duration in outcome.ruleDurations { rules.observe(duration / .seconds(1), at: now) }
        if let duration = outcome.duration { groups.observe(duration / .seconds(1), at: now) }
    }
}
