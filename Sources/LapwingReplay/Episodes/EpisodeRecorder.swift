import LapwingAlerting
import LapwingPromQL
import LapwingRules
import LapwingSeries

/// Gathers the episodes of one rule's alerts.
struct EpisodeRecorder {
    private let rule: Rule
    private let group: GroupKey
    /// Whether low values are those that the alert is about.
    private let looksForLow: Bool
    private var open: [Labels: AlertEpisode] = [:]
    private var ended: [AlertEpisode] = []
    var evaluations = 0
    private var failures = 0
    private var firstFailure: RuleReplay.Failure?

    init(_ rule: Rule, in group: RuleGroup) {
        (self.rule, self.group) = (rule, group.key)
        looksForLow = rule.query.expression.asksForLess
    }

    /// - Parameter active: the rule's alerts after the evaluation.
    mutating func take(_ outcome: GroupOutcome, _ active: ActiveAlerts) {
        evaluations += 1
        for transition in outcome.transitions { take(transition) }
        for failure in outcome.failures {
            failures += 1
            firstFailure = firstFailure ?? RuleReplay.Failure(at: outcome.at, message: failure.message)
            // More alerts than the limit: all of them are gone, and nobody is told.
            if active.isEmpty { for labels in open.keys.sorted() { end(labels, at: outcome.at) } }
        }
        if open.isEmpty { return }
        for alert in active.current {
            guard var episode = open[alert.labels] else { continue }
            let isFarther = looksForLow ? alert.value < episode.peak : alert.value > episode.peak
            if isFarther || episode.peak.isNaN { episode.peak = alert.value }
            if episode.firedAt == nil || episode.firedAt == outcome.at { episode.annotations = alert.annotations }
            open[alert.labels] = episode
        }
    }

    private mutating func take(_ transition: AlertTransition) {
        let alert = transition.alert
        switch transition.change {
        case .pending:
            open[alert.labels] = AlertEpisode(labels: alert.labels, annotations: alert.annotations, pendingAt: alert.activeAt, peak: alert.value)
        case .firing: open[alert.labels]?.firedAt = transition.at
        case .resolved, .dropped: end(alert.labels, at: transition.at)
        }
    }

    private mutating func end(_ labels: Labels, at time: Timestamp) {
        guard var episode = open.removeValue(forKey: labels) else { return }
        episode.endedAt = time
        ended.append(episode)
    }

    func report(through end: Timestamp) -> RuleReplay {
        let episodes = (ended + open.values).sorted { ($0.pendingAt, $0.labels) < ($1.pendingAt, $1.labels) }
        return RuleReplay(
            rule: rule, group: group, evaluations: evaluations, failures: failures, firstFailure: firstFailure, episodes: episodes, through: end)
    }
}

extension QueryExpression {
    /// Whether its comparison keeps what lies below a threshold.
    fileprivate var asksForLess: Bool {
        switch self {
        case .parenthesized(let node): return node.expression.asksForLess
        case .binary(let node):
            switch node.operation {
            case .less, .lessOrEqual: return node.left.type != .scalar
            case .greater, .greaterOrEqual: return node.left.type == .scalar
            case .and, .unless: return node.left.asksForLess
            default: return false
            }
        default: return false
        }
    }
}
