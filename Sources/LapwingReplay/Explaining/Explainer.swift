import LapwingAlerting
import LapwingPromQL
public import LapwingRules
public import LapwingSeries
import LapwingText

/// Explains alerts over recorded data: by evaluating a rule's parts at a time, and by replaying it around that time.
public struct Explainer: Sendable {
    private let groups: [RuleGroup]
    private let recorded: any SeriesSnapshot
    private let settings: ReplaySettings

    /// Whether instants are those at which a server evaluates the groups, rather than such that the time in question is one.
    private let followsSchedule: Bool
    /// Asked once a block of instants.
    private let isCancelled: @Sendable () -> Bool

    /// - Parameters:
    ///   - settings: the time around, through which the rules are replayed.
    ///   - followsSchedule: whether instants are those at which a running server evaluates the groups; otherwise the time in question
    ///     is one.
    ///   - isCancelled: asked now and then; true ends the replay where it is.
    public init(
        _ groups: [RuleGroup], over recorded: any SeriesSnapshot, _ settings: ReplaySettings, followsSchedule: Bool = false,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.groups, self.recorded, self.settings) = (groups, recorded, settings)
        (self.followsSchedule, self.isCancelled) = (followsSchedule, isCancelled)
    }

    /// One explanation for each alerting rule of that name.
    ///
    /// - Parameter labels: those that the alert in question has; elements that contradict them are left out.
    /// - Complexity: a replay of the rule, and of those that it reads, and a query for each part of its expression.
    public func explanations(of name: String, at time: Timestamp, labels: Labels = .empty) -> [Explanation] {
        var found: [Explanation] = []
        for group in groups {
            let schedule = GroupSchedule(key: group.key, interval: group.interval ?? settings.interval)
            let time = followsSchedule ? schedule.slot(atOrBefore: time) : time
            for case .alerting(let rule) in group.rules where rule.name == name { found.append(explanation(of: rule, in: group, at: time, labels)) }
        }
        return found
    }

    private func explanation(of rule: AlertingRule, in group: RuleGroup, at time: Timestamp, _ labels: Labels) -> Explanation {
        let groups = needed(for: .alerting(rule), in: group)
        let replay = Replay(groups, over: recorded, settings(for: group, at: time))
        let report = replay.run { _ in !isCancelled() }
        let evaluator = NodeEvaluator(
            engine: replay.engine, snapshot: replay.snapshot, time: group.sampleTime(time, replay.environment(keepsSamples: false)),
            labels: labels.dropping(LabelNames(rule.ownLabels)),
            recordings: groups.flatMap(\.rules).compactMap { if case .recording(let rule) = $0 { rule } else { nil } })
        let replayed = report.rules.first { $0.group == group.key && $0.rule.range == rule.range && $0.rule.name == rule.name }
        let episodes = (replayed?.episodes ?? []).filter { labels.agree(with: $0.labels) }
        let root = evaluator.node(rule.query.expression, in: rule.query)
        let now = episodes.filter { $0.pendingAt <= time && ($0.endedAt.map { $0 > time } ?? true) }
        let state = now.map { $0.state(at: time) }.max() ?? .inactive
        var explanation = Explanation(
            rule: rule, group: group.key, time: time, state: state, reasons: [], root: root, gaps: ThresholdGap.gaps(of: root, evaluator),
            replayed: TimeRange(start: report.start, end: report.end), episodes: episodes, nearestFiring: nil)
        let vanished = VanishingPoint(evaluator: evaluator).reasons(&explanation.root)
        let reasons = now.isEmpty ? vanished : self.reasons(explanation, now)
        // A part that failed has said why.
        explanation.reasons = reasons + failures(of: rule, in: group, replay, at: time).filter { failure in
            !reasons.contains { $0.hasSuffix(failure.drop { $0 != ":" }) }
        }
        if state != .firing {
            explanation.nearestFiring = episodes.filter { $0.firedAt != nil }.min { $0.distance(to: time) < $1.distance(to: time) }
        }
        return explanation
    }

    /// The groups with the rule and those that it reads, and so on.
    private func needed(for rule: Rule, in group: RuleGroup) -> [RuleGroup] {
        let all = groups.flatMap(\.rules)
        let dependencies = RuleDependencies(among: all, countsTemplates: true)
        var needed = [rule]
        var next = 0
        while next < needed.count {
            for other in dependencies.rules(readBy: needed[next]).map({ all[$0] }) where !needed.contains(where: { $0.isSame(other) }) {
                needed.append(other)
            }
            next += 1
        }
        return groups.map { $0.keepingRules { rule in needed.contains { $0.isSame(rule) } } }.filter { !$0.rules.isEmpty }
    }

    /// Begins where an instant of the group falls on the time in question.
    private func settings(for group: RuleGroup, at time: Timestamp) -> ReplaySettings {
        var settings = settings
        let interval = (group.interval ?? settings.interval).milliseconds
        settings.start = time.advanced(byMilliseconds: -max(0, (time.milliseconds - settings.start.milliseconds) / interval) * interval)
        settings.end = max(settings.end, time)
        return settings
    }

    private func reasons(_ explanation: Explanation, _ now: [AlertEpisode]) -> [String] {
        let rule = explanation.rule
        return now.map { episode in
            // What is active at the first instant may have been so for longer.
            let before = episode.pendingAt <= explanation.replayed.start ? " or before" : ""
            let since = TimeText.rfc3339(milliseconds: episode.pendingAt.milliseconds) + before
            guard episode.state(at: explanation.time) == .firing, let fired = episode.firedAt else {
                let due = TimeText.rfc3339(milliseconds: (episode.pendingAt + rule.hold).milliseconds)
                return "\(episode.labels) is pending since \(since): for is \(rule.hold.prometheusText), which is reached at \(due)"
            }
            let kept = episode.keptSince(at: explanation.time).map { since in
                let end = TimeText.rfc3339(milliseconds: (since + rule.keepFiringFor).milliseconds)
                let start = TimeText.rfc3339(milliseconds: since.milliseconds)
                return ", kept firing by keep_firing_for until \(end), though its expression has had no result for it since \(start)"
            } ?? ""
            return "\(episode.labels) fires since \(TimeText.rfc3339(milliseconds: fired.milliseconds)), active since \(since)\(kept)"
        }
    }

    /// What goes wrong when the rule is evaluated at the time: templates, duplicates, the limit.
    private func failures(of rule: AlertingRule, in group: RuleGroup, _ replay: Replay, at time: Timestamp) -> [String] {
        guard let index = group.rules.firstIndex(where: { $0.isSame(.alerting(rule)) }) else { return [] }
        var state = RuleState()
        let outcome = group.evaluate(index, &state, at: time, in: replay.environment(keepsSamples: false))
        let alerts = state.active.current
        return outcome.failures.map { "the evaluation failed: \($0.message)" }
            + broken(alerts.flatMap(\.labels)).map { "label \($0.name): \($0.value)" }
            + broken(alerts.flatMap(\.annotations)).map { "annotation \($0.name): \($0.value)" }
    }

    private func broken(_ texts: [Label]) -> [Label] {
        Set(texts.filter { $0.value.hasPrefix("<error expanding template") }).sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}

extension AlertEpisode {
    func state(at time: Timestamp) -> Alert.State {
        if let endedAt, endedAt <= time { return .inactive }
        if let firedAt, firedAt <= time { return .firing }
        return pendingAt <= time ? .pending : .inactive
    }

    /// From its firing to a time, either way.
    fileprivate func distance(to time: Timestamp) -> Duration {
        guard let firedAt else { return .seconds(Int64.max / 1000) }
        if firedAt > time { return firedAt.duration(since: time) }
        return (endedAt ?? time) >= time ? .zero : time.duration(since: endedAt ?? time)
    }
}

extension Rule {
    fileprivate func isSame(_ other: Rule) -> Bool { name == other.name && range == other.range && query.text == other.query.text }
}
