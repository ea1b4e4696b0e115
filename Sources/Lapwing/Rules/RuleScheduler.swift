import Dispatch
import LapwingAlerting
public import LapwingRules
public import LapwingSeries
import Synchronization

/// Evaluates groups of rules, each at its own instants, and tells what came of it.
///
/// A shell around `RuleGroup.evaluate`: it waits, calls, and publishes the state. Groups run beside one another; the
/// rules of one run in order.
public final class RuleScheduler: Sendable {
    /// A group with what is known of it.
    public struct Status: Sendable {
        public var group: RuleGroup
        public var state: GroupState
        public var interval: Duration
    }

    /// Told after every evaluation of a group, and once for the alerts of rules that a reload removed, which resolve.
    public typealias Observer = @Sendable (RuleGroup, GroupOutcome) async -> Void

    private struct Running {
        var task: Task<Void, Never>
        var status: Status
    }

    private let environment: RuleEnvironment
    private let now: @Sendable () -> Timestamp
    private let observer: Observer
    private let running = Mutex<[GroupKey: Running]>([:])
    /// Queries take their time: they run here, and not on the threads that everything else waits on.
    private let queue = DispatchQueue(label: "lapwing.rules", attributes: .concurrent)

    public init(
        environment: RuleEnvironment, now: @escaping @Sendable () -> Timestamp = { .now }, observer: @escaping Observer
    ) {
        self.environment = environment
        self.now = now
        self.observer = observer
    }

    /// The groups and their state, in the order of their keys.
    public var statuses: [Status] {
        running.withLock { running in running.values.map(\.status) }.sorted { $0.group.key < $1.group.key }
    }

    /// Makes these the groups that are evaluated; state is kept for rules that are recognisably the same.
    public func load(_ groups: [RuleGroup]) async {
        let previous = running.withLock { $0 }
        for old in previous.values { old.task.cancel() }
        for old in previous.values { await old.task.value }
        let statuses = running.withLock { $0.mapValues(\.status) }
        let kept = Set(groups.map(\.key))
        running.withLock { $0 = [:] }
        for group in groups {
            var state = GroupState(ruleCount: group.rules.count)
            if let old = statuses[group.key] {
                let carried = GroupState.carried(from: old.state, of: old.group, to: group)
                state = carried.state
                await resolve(carried.orphans, of: old.group)
            }
            start(group, state)
        }
        for (key, old) in statuses.sorted(by: { $0.key < $1.key }) where !kept.contains(key) { await end(old) }
    }

    /// Ends all evaluation; what was written stays as it is.
    public func stop() async {
        let tasks = running.withLock { $0.values.map(\.task) }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func start(_ group: RuleGroup, _ state: GroupState) {
        let interval = group.interval ?? environment.defaultInterval
        let schedule = GroupSchedule(key: group.key, interval: interval)
        let status = Status(group: group, state: state, interval: interval)
        let task = Task { await self.run(group, schedule) }
        running.withLock { $0[group.key] = Running(task: task, status: status) }
    }

    private func run(_ group: RuleGroup, _ schedule: GroupSchedule) async {
        var slot = schedule.slot(atOrBefore: now())
        var missed = 0
        while !Task.isCancelled {
            (slot, missed) = schedule.next(after: slot, now: now())
            let wait = slot.duration(since: now())
            if wait > .zero { try? await Task.sleep(for: wait) }
            if Task.isCancelled { return }
            await evaluate(group, at: slot, missed: missed)
        }
    }

    private func evaluate(_ group: RuleGroup, at slot: Timestamp, missed: Int) async {
        guard var state = running.withLock({ $0[group.key]?.status.state }) else { return }
        state.iterationsMissed += missed
        let (before, environment) = (state, environment)
        let (after, outcome) = await withCheckedContinuation { continuation in
            queue.async {
                var state = before
                let outcome = group.evaluate(&state, at: slot, in: environment)
                continuation.resume(returning: (state, outcome))
            }
        }
        running.withLock { $0[group.key]?.status.state = after }
        await observer(group, outcome)
    }

    // MARK: What a reload removes

    private func resolve(_ orphans: [Alert], of group: RuleGroup) async {
        guard !orphans.isEmpty else { return }
        let time = now()
        let resolved = orphans.map { alert in
            var alert = alert
            alert.state = .inactive
            alert.resolvedAt = time
            return alert
        }
        var outcome = GroupOutcome(at: time)
        outcome.alerts = [
            GroupOutcome.RuleAlerts(
                rule: -1, alerts: resolved, due: resolved, transitions: resolved.map { AlertTransition(.resolved, $0, at: time) })
        ]
        await observer(group, outcome)
    }

    private func end(_ status: Status) async {
        let remains = status.state.remains
        await resolve(remains.orphans, of: status.group)
        var batch = SampleBatch()
        guard let references = try? environment.sink.references(for: remains.series) else { return }
        for reference in references { batch.append(reference, time: now().milliseconds, value: StaleMarker.value) }
        _ = try? environment.sink.append(batch)
    }
}
