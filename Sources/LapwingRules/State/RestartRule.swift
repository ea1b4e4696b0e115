import LapwingAlerting
public import LapwingSeries

/// What the time that a process was down means for alerts.
///
/// Where no evaluation was missed, nothing. Where some were:
/// - waiting for `for` and `keep_firing_for` stood still: it lasts longer by the time of the evaluations that were missed;
/// - results that are missing end no alert before the second evaluation at its regular time, because there may be no samples yet;
/// - what was not seen for longer than `outageTolerance` is forgotten: it begins anew, and receivers are told of the end of
///   what fired.
///
/// Prometheus does so for `for` alone, and only where it is at least the grace period; what fires has to wait there for two
/// evaluations until it fires again, and `keep_firing_for` begins anew. Source: Prometheus 3.14 `rules/group.go`, `RestoreForState`.
public struct RestartRule: Sendable, Hashable {
    /// Upstream's `--rules.alert.for-outage-tolerance`.
    public var outageTolerance: Duration = .seconds(3600)
    /// Upstream's `--rules.alert.for-grace-period`: the least time that a pending alert waits on after evaluations were missed,
    /// where its `for` is as long at least. Upstream has 10m.
    public var forGracePeriod: Duration = .zero

    public init() {}

    /// Takes up a group's state.
    ///
    /// - Parameters:
    ///   - last: the last evaluation before the end.
    ///   - schedule: when the group is evaluated.
    /// - Returns: the alerts that are forgotten.
    public func resume(
        _ state: inout GroupState, of group: RuleGroup, last: Timestamp, _ schedule: GroupSchedule, at start: Timestamp
    ) -> [OrphanedAlert] {
        let first = schedule.first(after: last, resumingAt: start)
        let missed = first.duration(since: last) - .milliseconds(schedule.interval)
        if missed <= .zero { return [] }
        if start.duration(since: last) > outageTolerance {
            let orphans = state.remains(of: group.places).orphans
            for index in state.rules.indices { state.rules[index].active = .init() }
            return orphans
        }
        for (index, rule) in group.rules.enumerated() {
            guard case .alerting(let rule) = rule else { continue }
            state.rules[index].heldUntil = start + .milliseconds(schedule.interval)
            state.rules[index].active.shiftWaiting(by: missed)
            if rule.hold >= forGracePeriod, forGracePeriod > .zero {
                state.rules[index].active.delayFiring(until: first + forGracePeriod, hold: rule.hold)
            }
        }
        return []
    }
}
