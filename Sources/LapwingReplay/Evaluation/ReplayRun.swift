import LapwingAlerting
import LapwingPromQL
import LapwingRules
import LapwingSeries

/// A replay on its way: what is known of every rule, and what has come of it.
struct ReplayRun {
    private let replay: Replay
    private var states: [GroupState]
    private var recorders: [[EpisodeRecorder]]
    private var notifications: SimulatedNotifications
    /// What the rules of the block said, rule after rule.
    private var outcomes: [GroupOutcome] = []
    /// For rules whose samples are kept, and for the others.
    private let (keeping, forgetting): (RuleEnvironment, RuleEnvironment)
    private var through: Timestamp
    private(set) var hasFired = false

    init(_ replay: Replay) {
        self.replay = replay
        states = replay.groups.map { GroupState(ruleCount: $0.rules.count) }
        recorders = replay.groups.map { group in group.rules.map { EpisodeRecorder($0, in: group) } }
        notifications = SimulatedNotifications(
            to: replay.settings.receivers, externalLabels: replay.settings.externalLabels, externalURL: replay.settings.externalURL)
        (keeping, forgetting) = (replay.environment(keepsSamples: true), replay.environment(keepsSamples: false))
        through = replay.settings.start
    }

    mutating func evaluate(_ stage: ReplayOrder.Stage, from first: Timestamp, through last: Timestamp) {
        if stage.isStepwise {
            evaluateStepwise(stage.rules, from: first, through: last)
        } else {
            for place in stage.rules { evaluateBlock(place, from: first, through: last) }
        }
    }

    /// Tells receivers what the block has brought, in the order of time.
    mutating func endBlock(at time: Timestamp) {
        // A stable order: groups and rules stay as they are where instants are the same.
        let ordered = outcomes.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        for (_, outcome) in ordered { notifications.receive(outcome) }
        notifications.advance(to: time)
        outcomes.removeAll()
        through = time
    }

    func report() -> ReplayReport {
        ReplayReport(
            start: replay.settings.start, end: through, rules: recorders.flatMap { $0.map { $0.report(through: through) } },
            notifications: notifications.sent)
    }

    // MARK: Instant by instant

    private mutating func evaluateStepwise(_ places: [ReplayOrder.Place], from first: Timestamp, through last: Timestamp) {
        let groups = Set(places.map(\.group))
        let instants = Dictionary(uniqueKeysWithValues: groups.map { ($0, Set(self.instants(of: replay.groups[$0], from: first, through: last))) })
        for time in Set(instants.values.joined()).sorted() {
            for place in places where instants[place.group]?.contains(time) == true {
                let group = replay.groups[place.group]
                let outcome = group.evaluate(
                    place.rule, &states[place.group].rules[place.rule], at: time, in: environment(of: group.rules[place.rule]))
                take(outcome, of: place)
            }
        }
    }

    private func environment(of rule: Rule) -> RuleEnvironment { replay.keepsSamples(of: rule) ? keeping : forgetting }

    private func instants(of group: RuleGroup, from first: Timestamp, through last: Timestamp) -> [Timestamp] {
        let (start, step) = (replay.settings.start.milliseconds, replay.interval(of: group).milliseconds)
        let begun = (first.milliseconds - start + step - 1) / step
        return stride(from: start + begun * step, through: last.milliseconds, by: Int(step)).map { Timestamp(milliseconds: $0) }
    }

    // MARK: A block at once

    private mutating func evaluateBlock(_ place: ReplayOrder.Place, from first: Timestamp, through last: Timestamp) {
        let group = replay.groups[place.group]
        let rule = group.rules[place.rule]
        let instants = instants(of: group, from: first, through: last)
        guard let begin = instants.first else { return }
        let start = group.sampleTime(begin, keeping)
        guard let answers = replay.answers(to: rule.query, from: start, step: replay.interval(of: group), count: instants.count) else {
            return evaluateStepwise([place], from: first, through: last)
        }
        if case .recording(let rule) = rule, group.limit == 0 {
            let times = instants.map { group.sampleTime($0, keeping).milliseconds }
            if let block = RecordedBlock(answers, of: rule, times: times), record(block, place) {
                recorders[place.group][place.rule].evaluations += instants.count
                return
            }
        }
        for (index, time) in instants.enumerated() {
            let state = states[place.group].rules[place.rule]
            if !answers.hasElements[index], state.active.isEmpty, state.written.isEmpty {
                recorders[place.group][place.rule].evaluations += 1
                continue
            }
            let outcome = group.settle(
                place.rule, .success(answers.vector(at: index)), &states[place.group].rules[place.rule], at: time, in: environment(of: rule))
            take(outcome, of: place)
        }
    }

    /// - Returns: whether the store took it.
    private mutating func record(_ block: RecordedBlock, _ place: ReplayOrder.Place) -> Bool {
        var present = Set(states[place.group].rules[place.rule].written.all)
        do throws(AppendError) {
            try block.write(to: replay.written, after: &present)
            states[place.group].rules[place.rule].written = try WrittenSeries(resuming: present.sorted(), in: replay.written)
            return true
        } catch {
            return false
        }
    }

    private mutating func take(_ outcome: GroupOutcome, of place: ReplayOrder.Place) {
        recorders[place.group][place.rule].take(outcome, states[place.group].rules[place.rule].active)
        if outcome.transitions.contains(where: { $0.change == .firing }) { hasFired = true }
        if !outcome.alerts.isEmpty { outcomes.append(outcome) }
    }
}
