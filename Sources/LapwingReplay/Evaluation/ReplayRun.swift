import Dispatch
import LapwingAlerting
import LapwingPromQL
import LapwingRules
import LapwingSeries
import Synchronization

/// A replay on its way: what is known of every rule, and what has come of it.
struct ReplayRun {
    private let replay: Replay
    private var rules: [ReplayOrder.Place: ReplayedRule] = [:]
    private var notifications: SimulatedNotifications
    private var through: Timestamp
    private(set) var hasFired = false

    init(_ replay: Replay) {
        self.replay = replay
        for (group, content) in replay.groups.enumerated() {
            for (index, state) in GroupState(ruleCount: content.rules.count).rules.enumerated() {
                rules[ReplayOrder.Place(group: group, rule: index)] = ReplayedRule(content, index, state, in: replay)
            }
        }
        notifications = SimulatedNotifications(
            to: replay.settings.receivers, externalLabels: replay.settings.externalLabels, externalURL: replay.settings.externalURL)
        through = replay.settings.start
    }

    /// Stages of one wave do not read each other; those that stand alone are evaluated side by side.
    mutating func evaluate(_ wave: [ReplayOrder.Stage], from first: Timestamp, through last: Timestamp) {
        let alone = wave.filter { !$0.isStepwise }.flatMap(\.rules)
        let before = alone.compactMap { rules[$0] }
        let after = Mutex(before)
        DispatchQueue.concurrentPerform(iterations: before.count) { index in
            var rule = before[index]
            rule.evaluateBlock(from: first, through: last)
            let evaluated = rule
            after.withLock { $0[index] = evaluated }
        }
        for (place, rule) in zip(alone, after.withLock { $0 }) { rules[place] = rule }
        for stage in wave where stage.isStepwise { evaluateStepwise(stage.rules, from: first, through: last) }
    }

    private mutating func evaluateStepwise(_ places: [ReplayOrder.Place], from first: Timestamp, through last: Timestamp) {
        var instants: [ReplayOrder.Place: Set<Timestamp>] = [:]
        for place in places { instants[place] = Set(rules[place]?.instants(from: first, through: last) ?? []) }
        for time in Set(instants.values.joined()).sorted() {
            for place in places where instants[place]?.contains(time) == true { rules[place]?.evaluate(at: time) }
        }
    }

    /// Tells receivers what the block has brought, in the order of time.
    mutating func endBlock(at time: Timestamp) {
        var outcomes: [GroupOutcome] = []
        for place in replay.order.stages.flatMap(\.rules) {
            outcomes += rules[place]?.takeOutcomes() ?? []
            if rules[place]?.hasFired == true { hasFired = true }
        }
        // A stable order: groups and rules stay as they are where instants are the same.
        let ordered = outcomes.indices.sorted { (outcomes[$0].at, $0) < (outcomes[$1].at, $1) }
        for index in ordered { notifications.receive(outcomes[index]) }
        notifications.advance(to: time)
        through = time
    }

    func report() -> ReplayReport {
        let reports = rules.sorted { $0.key < $1.key }.map { $0.value.report(through: through) }
        return ReplayReport(start: replay.settings.start, end: through, rules: reports, notifications: notifications.sent)
    }
}
