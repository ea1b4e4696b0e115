import LapwingAlerting
import LapwingPromQL
public import LapwingSeries
import LapwingText

/// Takes up alerts by the samples of `ALERTS_FOR_STATE` that a process before this one has sent to where rules are asked.
///
/// For who keeps nothing himself. An alert is taken up when its rule has a result for it at the first evaluation: firing where it had
/// been active for as long as `for` when it was last written, else pending, its waiting longer by the evaluations that were missed.
/// One that has ended meanwhile is not told of: only an Alertmanager notices that it is not repeated.
///
/// Source: Prometheus 3.14 `rules/group.go`, `RestoreForState`.
public struct AlertRecall: Sendable {
    public var rule: RestartRule

    public init(_ rule: RestartRule) { self.rule = rule }

    /// - Throws: `QueryError` when the samples are not to be had; nothing has changed then.
    public func recall(
        _ state: inout GroupState, of group: RuleGroup, at now: Timestamp, in environment: RuleEnvironment
    ) throws(QueryError) {
        let rules = group.rules.enumerated().compactMap { place, rule in if case .alerting(let rule) = rule { (place, rule) } else { nil } }
        if !rules.isEmpty {
            let selector = selector(Set(rules.map(\.1.name)), environment.externalLabels)
            let time = group.sampleTime(now, environment)
            let interval = group.interval ?? environment.defaultInterval
            for one in try left(selector, at: time, interval, environment) { recall(one, rules, &state, missedBefore: time - interval, environment) }
        }
        state.awaitsRecall = false
    }

    /// When alerts were last written, as far as that is told apart.
    private static let endings = 10

    /// The series of alerts that had not ended when they were last written.
    ///
    /// A range does not show the mark that an ended alert leaves one evaluation later, and an instant behind it does.
    private func left(
        _ selector: String, at time: Timestamp, _ interval: Duration, _ environment: RuleEnvironment
    ) throws(QueryError) -> [MatrixSeries] {
        let query = try environment.querier.prepare("\(selector)[\(rule.outageTolerance.milliseconds)ms]")
        guard case .matrix(let all) = try environment.querier.instant(query, at: time).value else {
            throw .execution("\(query.text) has an answer that is no range vector")
        }
        let instant = try environment.querier.prepare(selector)
        var left: [MatrixSeries] = []
        let byEnd = Dictionary(grouping: all) { $0.times.last ?? .min }.sorted { $0.key > $1.key }
        for (end, series) in byEnd.prefix(Self.endings) {
            let later = min(time, Timestamp(milliseconds: end) + interval)
            guard case .vector(let living) = try environment.querier.instant(instant, at: later).value else { continue }
            let labels = Set(living.map(\.labels))
            left += series.filter { labels.contains($0.labels) }
        }
        return left
    }

    /// All alerts of these names, with the external labels that senders add.
    private func selector(_ names: Set<String>, _ externalLabels: Labels) -> String {
        var matchers = [names.count == 1 ? Matcher.equal(LabelName.alert, names.first ?? "") : Self.either(names)]
        matchers += externalLabels.map { .equal($0.name, $0.value) }
        return "\(AlertSamples.forStateMetric){\(matchers.map(\.description).joined(separator: ","))}"
    }

    private static func either(_ names: Set<String>) -> Matcher {
        let pattern = names.sorted().map { name in String(name.flatMap { "\\.+*?()|[]{}^$".contains($0) ? ["\\", $0] : [$0] }) }
        return (try? Matcher(LabelName.alert, .matches, pattern.joined(separator: "|"))) ?? .notEqual(LabelName.alert, "")
    }

    private func recall(
        _ series: MatrixSeries, _ rules: [(Int, AlertingRule)], _ state: inout GroupState, missedBefore last: Timestamp, _ environment: RuleEnvironment
    ) {
        guard let value = series.values.last, let time = series.times.last, !value.isNaN, let seconds = Int64(exactly: value.rounded(.down)) else {
            return
        }
        var builder = Labels.Builder(series.labels)
        for label in environment.externalLabels { builder.remove(label.name) }
        builder.remove(LabelName.metric)
        let labels = builder.labels
        let (seen, activeAt) = (Timestamp(milliseconds: time), Timestamp(milliseconds: seconds.multipliedReportingOverflow(by: 1000).partialValue))
        for (place, rule) in rules where labels[LabelName.alert] == rule.name {
            var alert = Alert(labels: labels, value: 0, activeAt: activeAt)
            if seen.duration(since: activeAt) >= rule.hold {
                alert.state = .firing
                alert.firedAt = activeAt + rule.hold
            } else {
                alert.activeAt = activeAt + max(.zero, last.duration(since: seen))
            }
            state.rules[place].recalled[labels] = alert
        }
    }
}

extension RuleState {
    /// Takes up those of the recalled alerts for which there is a result now, and forgets the others.
    mutating func takeRecalled(_ results: [Alert]) {
        if recalled.isEmpty { return }
        let found = results.compactMap { result in active[result.labels] == nil ? recalled[result.labels] : nil }
        active = ActiveAlerts(active.all + found)
        recalled = [:]
    }
}
