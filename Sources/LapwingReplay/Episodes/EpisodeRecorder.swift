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
    private var open: [Labels: Open] = [:]
    private var ended: [AlertEpisode] = []
    var evaluations = 0
    private var failures = 0
    private var firstFailure: RuleReplay.Failure?

    private struct Open {
        var episode: AlertEpisode
        /// What the annotations are made of, once it has ended.
        var texts: AlertTexts

        var ended: AlertEpisode {
            var episode = episode
            episode.annotations = texts.labels
            return episode
        }
    }

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
        for alert in active.all where !alert.isResolved {
            guard let place = open.index(forKey: alert.labels) else { continue }
            open.values[place].episode.peak = Self.farthest(open.values[place].episode.peak, CollectionOfOne(alert.value), looksForLow)
            open.values[place].episode.take(keptSince: alert.keepFiringSince, at: outcome.at)
            let fired = open.values[place].episode.firedAt
            if fired == nil || fired == outcome.at { open.values[place].texts = alert.texts }
        }
    }

    private static func farthest(_ peak: Double, _ values: some Sequence<Double>, _ looksForLow: Bool) -> Double {
        values.reduce(peak) { peak, value in (looksForLow ? value < peak : value > peak) || peak.isNaN ? value : peak }
    }

    /// Takes in evaluations that changed nothing but values.
    ///
    /// - Parameter state: the rule's before and after them.
    mutating func leap(over steps: Range<Int>, of answers: BlockAnswers, _ state: RuleState) {
        if steps.isEmpty { return }
        evaluations += steps.count
        guard !open.isEmpty, case .dense(let rows) = answers.matrix.rows else { return }
        for row in 0..<rows.count {
            let values = rows.values(row)
            let first = values.startIndex + steps.lowerBound
            guard !DenseRows.absent.contains(values[first].bitPattern), let labels = state.labels(ofAlertFor: rows.labels(row)),
                let place = open.index(forKey: labels)
            else { continue }
            open.values[place].episode.peak = Self.farthest(
                open.values[place].episode.peak, values[first..<first + steps.count], looksForLow)
        }
    }

    private mutating func take(_ transition: AlertTransition) {
        let alert = transition.alert
        switch transition.change {
        case .pending:
            let episode = AlertEpisode(labels: alert.labels, annotations: [], pendingAt: alert.activeAt, peak: alert.value)
            open[alert.labels] = Open(episode: episode, texts: alert.texts)
        case .firing: open[alert.labels]?.episode.firedAt = transition.at
        case .resolved, .dropped: end(alert.labels, at: transition.at)
        }
    }

    private mutating func end(_ labels: Labels, at time: Timestamp) {
        guard var episode = open.removeValue(forKey: labels)?.ended else { return }
        episode.endedAt = time
        ended.append(episode)
    }

    func report(through end: Timestamp) -> RuleReplay {
        let episodes = (ended + open.values.map(\.ended)).sorted { ($0.pendingAt, $0.labels) < ($1.pendingAt, $1.labels) }
        return RuleReplay(
            rule: rule, group: group, evaluations: evaluations, failures: failures, firstFailure: firstFailure, episodes: episodes, through: end)
    }
}

extension AlertEpisode {
    /// - Parameter since: when the alert ceased to have a result; nil where it has one.
    fileprivate mutating func take(keptSince since: Timestamp?, at time: Timestamp) {
        if let last = kept.indices.last, kept[last].until == nil {
            if kept[last].since == since { return }
            kept[last].until = time
        }
        if let since { kept.append(Keeping(since: since)) }
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
            case .or: return node.left.asksForLess && node.right.asksForLess
            default: return false
            }
        default: return false
        }
    }
}
