import LapwingAlerting
import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingTemplate
import LapwingText
import Synchronization

/// Notes what one test reaches.
final class CoverageRecorder: Sendable {
    private struct State {
        var rules: [[RuleCoverage]]
        /// The ways that templates went in the group's evaluation, by where their rule stands.
        var branches: [SourceRange: Set<RuleCoverage.Aim>] = [:]
    }

    private let state: Mutex<State>
    private let groups: [RuleGroup]

    init(_ groups: [RuleGroup]) {
        self.groups = groups
        state = Mutex(State(rules: groups.map { group in group.rules.map { RuleCoverage($0, in: group) } }))
    }

    var coverages: [RuleCoverage] { state.withLock { $0.rules.flatMap { $0 } } }

    func took(_ rule: AlertingRule, _ branch: TemplateBranch) {
        let aim = RuleCoverage.Aim.branch(condition: branch.condition, isBody: branch.isBody)
        state.withLock { _ = $0.branches[rule.range, default: []].insert(aim) }
    }

    /// - Parameter states: the rules' states after a group's evaluation.
    func evaluated(_ group: Int, _ outcome: GroupOutcome, _ groupState: GroupState, _ querier: any RuleQuerier) {
        let sides = groups[group].rules.map { rule in
            rule.query.expression.alternatives.map { $0.range.text(in: rule.query.text) }.filter { text in
                guard let query = try? querier.prepare(text), let result = try? querier.instant(query, at: outcome.at) else { return false }
                return (try? result.ruleVector(at: outcome.at).isEmpty) == false
            }
        }
        state.withLock { state in
            let branches = state.branches
            state.branches = [:]
            for index in groups[group].rules.indices {
                let rule = groupState.rules[index]
                if rule.samplesProduced > 0 || !rule.active.current.isEmpty { state.rules[group][index].reached.insert(.result) }
                for side in sides[index] { state.rules[group][index].reached.insert(.side(side)) }
                for alert in rule.active.current { state.rules[group][index].reached.insert(alert.state == .firing ? .firing : .pending) }
                state.rules[group][index].reached.formUnion(branches[groups[group].rules[index].range] ?? [])
            }
            for transition in outcome.transitions where transition.change == .resolved {
                for (index, rule) in groups[group].rules.enumerated() where groupState.rules[index].active[transition.alert.labels] != nil {
                    if case .alerting = rule { state.rules[group][index].reached.insert(.resolved) }
                }
            }
        }
    }

    /// - Parameter metrics: those that an expectation's query reads.
    func expects(alerts: Set<String>, metrics: Set<String>) {
        state.withLock { state in
            for group in state.rules.indices {
                for (index, rule) in groups[group].rules.enumerated() {
                    let isNamed = switch rule {
                    case .alerting: alerts.contains(rule.name)
                    case .recording: metrics.contains(rule.name)
                    }
                    if isNamed { state.rules[group][index].reached.insert(.expected) }
                }
            }
        }
    }
}
