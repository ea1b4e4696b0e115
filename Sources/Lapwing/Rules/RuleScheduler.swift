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
    public typealias Observer = @Sendable (RuleGroup, GroupOutcome) -> Void

    private struct Running {
        /// By what the timetable knows it.
        var number: Int
        var status: Status
        var schedule: GroupSchedule
        /// The instant that is evaluated next, and how many were missed before it.
        var due: (slot: Timestamp, missed: Int)
    }

    private let surroundings: Mutex<RuleEnvironment>
    private var environment: RuleEnvironment { surroundings.withLock { $0 } }
    private let kept = Mutex(KeptAlerts())
    /// What a process before this one has left, until the first groups are loaded.
    private let resumption: Mutex<RuleResumption?>
    private let now: @Sendable () -> Timestamp
    private let observer: Observer
    private let running = Mutex<[GroupKey: Running]>([:])
    /// Queries take their time: they run on its threads, and not on those that everything else waits on.
    private let timetable = Timetable()
    private let recall: Mutex<AlertRecall?>

    /// A group that a reload has removed, until its series are marked stale.
    private struct Ending {
        /// By what the timetable knows it.
        var turn: Int
        var group: RuleGroup
        var series: [Labels]
        var time: Timestamp
    }

    /// By the numbers of the notes that tell of them.
    private let endings = Mutex<[UInt64: Ending]>([:])
    /// Loads and the end, one after the other.
    private let changes = Turnstile()

    /// - Parameters:
    ///   - resumption: what a process before this one has left; nil where nothing is kept.
    ///   - recall: how alerts of groups without any state are looked for where rules are asked; nil where they are not.
    public init(
        environment: RuleEnvironment, resuming resumption: RuleResumption? = nil, recall: AlertRecall? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now }, observer: @escaping Observer
    ) {
        surroundings = Mutex(environment)
        self.resumption = Mutex(resumption)
        self.recall = Mutex(recall)
        self.now = now
        self.observer = observer
    }

    deinit { timetable.endAll() }

    /// The groups and their state, in the order of their keys.
    public var statuses: [Status] {
        running.withLock { running in running.values.map(\.status) }.sorted { $0.group.key < $1.group.key }
    }

    /// Changes what evaluations have around them, from the next one on.
    public func change(_ body: (inout RuleEnvironment) -> Void) { surroundings.withLock { body(&$0) } }

    /// How alerts of groups that are new from now on are looked for where rules are asked; nil where they are not.
    public func recall(by recall: AlertRecall?) { self.recall.withLock { $0 = recall } }

    /// Makes these the groups that are evaluated; state is kept for rules that are recognisably the same.
    ///
    /// Groups that are the same go on as if nothing had happened. Each of the others ends after the rule that it is at, and goes on as what
    /// it is now; nobody waits for it but who called, and who loads others meanwhile.
    ///
    /// Source: Prometheus 3.14 `rules/manager.go`, `Update`.
    public func load(_ groups: [RuleGroup]) async { await changes.pass { await loadNow(groups) } }

    private func loadNow(_ groups: [RuleGroup]) async {
        if let resumption = resumption.withLock({ $0.take() }) { return begin(groups, resumption) }
        let previous = running.withLock { $0 }
        let loaded = Dictionary(groups.map { ($0.key, $0) }) { first, _ in first }
        let changed = previous.keys.sorted().filter { key in !(loaded[key].map { isUnchanged($0, previous[key]) } ?? false) }
        for key in changed { if let old = previous[key] { timetable.cancel(old.number) } }
        for group in groups where previous[group.key] == nil {
            kept.withLock { $0.adopt(group) }
            start(group, fresh(group))
        }
        await withTaskGroup(of: Void.self) { tasks in
            for key in changed { tasks.addTask { await self.replace(key, by: loaded[key]) } }
        }
    }

    /// Whether a group needs not be touched: what else is around it holds from its next evaluation on.
    private func isUnchanged(_ group: RuleGroup, _ old: Running?) -> Bool {
        guard let old else { return false }
        return old.schedule == schedule(of: group) && old.status.interval == interval(of: group) && old.status.group.isSame(as: group)
    }

    /// Ends a group, and lets another go on where it was, if there is one.
    private func replace(_ key: GroupKey, by group: RuleGroup?) async {
        guard let number = running.withLock({ $0[key]?.number }) else { return }
        await timetable.end(number)
        guard let old = running.withLock({ $0[key]?.status }) else { return }
        guard let group else {
            running.withLock { $0[key] = nil }
            return end(old.group, old.group.places, old.state)
        }
        let (state, orphans) = GroupState.carried(from: old.state, of: old.group.places, to: group)
        change(group, state, ending: orphans)
        start(group, state)
    }

    /// Goes on where a process before this one has ended.
    private func begin(_ groups: [RuleGroup], _ resumption: RuleResumption) {
        let time = now()
        var (old, faults) = kept.withLock { $0.restore(resumption.notes) }
        for fault in faults { resumption.report(fault) }
        for key in old.keys {
            guard var group = old.removeValue(forKey: key) else { continue }
            resumption.resumeSeries(of: &group.state, in: environment.sink)
            old[key] = group
        }
        for group in groups {
            var state = fresh(group)
            let schedule = schedule(of: group)
            var last = Timestamp.distantPast
            if let known = old.removeValue(forKey: group.key) {
                last = known.lastChange
                var (carried, orphans) = GroupState.carried(from: known.state, of: known.places, to: group)
                let seen = resumption.lastEvaluation(of: carried, group, environment, before: time) ?? last
                orphans += resumption.rule.resume(&carried, of: group, last: max(last, seen), schedule, at: time)
                carried.resumedAfter = max(last, seen)
                state = carried
                change(group, state, ending: orphans)
            } else {
                kept.withLock { $0.adopt(group) }
            }
            let first = resumption.begunAt.map { schedule.first(after: max(last, $0), resumingAt: time) }
            start(group, state, first: first)
        }
        for (key, gone) in old.sorted(by: { $0.key < $1.key }) { end(RuleGroup(removed: key), gone.places, gone.state) }
    }

    /// Ends all evaluation; what was written stays as it is, but for series of rules that a reload has removed.
    public func stop() async {
        // A load that is under way has less to wait for.
        for number in numbers { timetable.cancel(number) }
        await changes.pass { await end() }
    }

    /// By what the timetable knows the groups.
    private var numbers: [Int] { running.withLock { $0.values.map(\.number) } }

    private func end() async {
        let numbers = numbers
        for number in numbers { timetable.cancel(number) }
        for number in numbers { await timetable.end(number) }
        for (key, known) in running.withLock({ $0 }) {
            var state = known.status.state
            if state.abandoned.isEmpty { continue }
            known.status.group.endAbandoned(&state, at: now(), in: environment)
            running.withLock { $0[key]?.status.state = state }
            change(known.status.group, state, ending: [])
        }
        for (number, ending) in endings.withLock({ $0 }) {
            await timetable.end(ending.turn)
            markEnded(number)
        }
    }

    private func fresh(_ group: RuleGroup) -> GroupState {
        var state = GroupState(ruleCount: group.rules.count)
        state.awaitsRecall = recall.withLock { $0 != nil }
        return state
    }

    private func interval(of group: RuleGroup) -> Duration { group.interval ?? environment.defaultInterval }

    private func schedule(of group: RuleGroup) -> GroupSchedule { GroupSchedule(key: group.key, interval: interval(of: group)) }

    /// - Parameter first: the first instant; nil: the one that follows the last evaluation, or now where there was none.
    private func start(_ group: RuleGroup, _ state: GroupState, first: Timestamp? = nil) {
        var group = group
        group.planTogether()
        let schedule = schedule(of: group)
        let status = Status(group: group, state: state, interval: interval(of: group))
        let before = first.map { $0 - .milliseconds(schedule.interval) } ?? schedule.slot(atOrBefore: state.latestEvaluation ?? now())
        let (due, wait) = following(before, schedule)
        // The first turn may come at once: it finds the state, because it has to wait for the lock.
        running.withLock { running in
            let number = timetable.add(after: wait) { [weak self, group] in self?.turn(group, schedule) ?? .seconds(1) }
            running[group.key] = Running(number: number, status: status, schedule: schedule, due: due)
        }
    }

    /// The instant after another, and how long it is until then.
    private func following(_ slot: Timestamp, _ schedule: GroupSchedule) -> (due: (slot: Timestamp, missed: Int), wait: Duration) {
        let now = now()
        let due = schedule.next(after: slot, now: now)
        return (due, due.slot.duration(since: now))
    }

    /// An instant that is farther away when its time has come: the clock has been set back.
    private static let clockTolerance = Duration.seconds(1)

    /// Evaluates a group at the instant that is due; how long it is until the next.
    private func turn(_ group: RuleGroup, _ schedule: GroupSchedule) -> Duration {
        guard let known = running.withLock({ $0[group.key] }) else { return .seconds(1) }
        let due = known.due
        if due.slot.duration(since: now()) > Self.clockTolerance {
            return goOn(group, after: due.slot - .milliseconds(schedule.interval), schedule)
        }
        var state = known.status.state
        state.iterations += due.missed + 1
        state.iterationsMissed += due.missed
        var environment = environment
        environment.isEnding = { [timetable] in timetable.isCancelled(known.number) }
        var outcome = group.evaluate(&state, recalling: recall.withLock { $0 }, at: due.slot, in: environment)
        running.withLock { $0[group.key]?.status.state = state }
        outcome.notes = kept.withLock { $0.changes(of: group.key, to: state, at: due.slot) }
        observer(group, outcome)
        return goOn(group, after: due.slot, schedule)
    }

    /// Lets the instant after another be due; how long it is until then.
    private func goOn(_ group: RuleGroup, after slot: Timestamp, _ schedule: GroupSchedule) -> Duration {
        let (next, wait) = following(slot, schedule)
        running.withLock { $0[group.key]?.due = next }
        return wait
    }

    // MARK: What a reload removes

    /// Makes a group another, and ends the alerts of rules that it has no more.
    private func change(_ group: RuleGroup, _ state: GroupState, ending orphans: [OrphanedAlert]) {
        let time = now()
        var outcome = GroupOutcome(ending: orphans, at: time)
        outcome.notes = kept.withLock { kept in
            kept.adopt(group)
            return kept.removals(of: group.key, to: state)
        }
        if !orphans.isEmpty || !outcome.notes.isEmpty { observer(group, outcome) }
    }

    private func end(_ group: RuleGroup, _ places: [RulePlace], _ state: GroupState) {
        let (time, remains) = (now(), state.remains(of: places))
        var outcome = GroupOutcome(ending: remains.orphans, at: time)
        let number: UInt64?
        (outcome.notes, number) = kept.withLock { $0.remove(group.key, ending: remains.series, at: time) }
        if !remains.orphans.isEmpty || !outcome.notes.isEmpty { observer(group, outcome) }
        guard let number else { return }
        let wait = interval(of: group) * 2
        endings.withLock { endings in
            let turn = timetable.add(after: wait) { [weak self] in
                self?.markEnded(number)
                return wait
            }
            endings[number] = Ending(turn: turn, group: group, series: remains.series, time: group.sampleTime(time, environment))
        }
    }

    /// Marks the series of a removed group stale at the time when it was removed, two intervals later: a group that has taken over a
    /// series has written it by then, and the store refuses the marker.
    ///
    /// Source: Prometheus 3.14 `rules/group.go`, `run`.
    private func markEnded(_ number: UInt64) {
        guard let ending = endings.withLock({ $0[number] }),
            (try? environment.sink.markStale(ending.series, at: ending.time)) != nil
        else { return }
        endings.withLock { $0[number] = nil }
        timetable.cancel(ending.turn)
        var outcome = GroupOutcome(at: ending.time)
        outcome.notes = [KeptAlerts.release(number)]
        observer(ending.group, outcome)
    }
}
