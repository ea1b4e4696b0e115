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
    /// Nil while another thread has it.
    private var telling: Telling?
    private var through: Timestamp
    private(set) var hasFired = false

    init(_ replay: Replay) {
        self.replay = replay
        for (group, content) in replay.groups.enumerated() {
            for (index, state) in GroupState(ruleCount: content.rules.count).rules.enumerated() {
                rules[ReplayOrder.Place(group: group, rule: index)] = ReplayedRule(content, index, state, in: replay)
            }
        }
        telling = Telling(
            notifications: SimulatedNotifications(
                to: replay.settings.receivers, externalLabels: replay.settings.externalLabels, externalURL: replay.settings.externalURL))
        through = replay.settings.start
    }

    /// Stages of one wave do not read each other; those that stand alone are evaluated side by side, and beside them receivers are
    /// told of the block before, which is one long work and so the first.
    mutating func evaluate(_ wave: [ReplayOrder.Stage], from first: Timestamp, through last: Timestamp) {
        let alone = wave.filter { !$0.isStepwise }.flatMap(\.rules)
        let before = alone.compactMap { rules[$0] }
        let after = Mutex(before)
        let telling = Mutex(takeTelling())
        DispatchQueue.concurrentPerform(iterations: 1 + before.count) { turn in
            if turn == 0 {
                _ = telling.withLock { $0?.tell() }
                return
            }
            var rule = before[turn - 1]
            rule.evaluateBlock(from: first, through: last)
            let evaluated = rule
            after.withLock { $0[turn - 1] = evaluated }
        }
        self.telling = telling.withLock { $0 }
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

    /// Gathers what the block has brought, for receivers to be told of.
    mutating func endBlock(at time: Timestamp) {
        var outcomes: [GroupOutcome] = []
        for place in replay.order.stages.flatMap(\.rules) {
            outcomes += rules[place]?.takeOutcomes() ?? []
            if rules[place]?.hasFired == true { hasFired = true }
        }
        telling?.tell()
        telling?.outcomes = outcomes
        telling?.through = time
        through = time
    }

    mutating func report() -> ReplayReport {
        telling?.tell()
        let reports = rules.sorted { $0.key < $1.key }.map { $0.value.report(through: through) }
        return ReplayReport(start: replay.settings.start, end: through, rules: reports, notifications: telling?.notifications.sent ?? [])
    }

    private mutating func takeTelling() -> Telling? {
        defer { telling = nil }
        return telling
    }
}

/// The receivers, and what they have still to be told.
private struct Telling: Sendable {
    var notifications: SimulatedNotifications
    /// In the order of rules.
    var outcomes: [GroupOutcome] = []
    var through = Timestamp.distantPast

    mutating func tell() {
        // A stable order: groups and rules stay as they are where instants are the same.
        let ordered = outcomes.indices.sorted { (outcomes[$0].at, $0) < (outcomes[$1].at, $1) }
        for index in ordered { notifications.receive(outcomes[index]) }
        outcomes = []
        notifications.advance(to: through)
    }
}
