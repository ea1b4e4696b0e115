import LapwingAlerting
import LapwingRules
import LapwingSeries

/// One rule on its way through a replay.
struct ReplayedRule: Sendable {
    private let replay: Replay
    private let group: RuleGroup
    private let index: Int
    private let environment: RuleEnvironment
    private var state: RuleState
    private var recorder: EpisodeRecorder
    /// What the rule said in the block.
    private var outcomes: [GroupOutcome] = []
    private(set) var hasFired = false

    private var rule: Rule { group.rules[index] }

    init(_ group: RuleGroup, _ index: Int, _ state: RuleState, in replay: Replay) {
        (self.replay, self.group, self.index, self.state) = (replay, group, index, state)
        environment = replay.environment(keepsSamples: replay.keepsSamples(of: group.rules[index]))
        recorder = EpisodeRecorder(group.rules[index], in: group)
    }

    func instants(from first: Timestamp, through last: Timestamp) -> [Timestamp] {
        let (start, step) = (replay.settings.start.milliseconds, replay.interval(of: group).milliseconds)
        let begun = (first.milliseconds - start + step - 1) / step
        return stride(from: start + begun * step, through: last.milliseconds, by: Int(step)).map { Timestamp(milliseconds: $0) }
    }

    /// The next instant, with the query asked now.
    mutating func evaluate(at time: Timestamp) { take(group.evaluate(index, &state, at: time, in: environment)) }

    /// A block at once, or instant by instant where that is not the same.
    mutating func evaluateBlock(from first: Timestamp, through last: Timestamp) {
        let instants = instants(from: first, through: last)
        guard let begin = instants.first else { return }
        let start = group.sampleTime(begin, environment)
        guard let answers = replay.answers(to: rule.query, from: start, step: replay.interval(of: group), count: instants.count) else {
            for time in instants { evaluate(at: time) }
            return
        }
        if case .recording(let rule) = rule, group.limit == 0 {
            let times = instants.map { group.sampleTime($0, environment).milliseconds }
            if let block = RecordedBlock(answers, of: rule, times: times), record(block) {
                recorder.evaluations += instants.count
                return
            }
        }
        var step = 0
        while step < instants.count {
            if !answers.hasElements[step], state.active.isEmpty, state.written.isEmpty {
                recorder.evaluations += 1
                step += 1
                continue
            }
            take(group.settle(index, .success(answers.vector(at: step)), &state, at: instants[step], in: environment))
            var next = following(step, answers, instants)
            if environment.writesAlerts, !writeAgain(at: instants[step + 1..<next]) { next = step + 1 }
            recorder.leap(over: step + 1..<next, of: answers, state)
            step = next
        }
    }

    /// The next step at which anything happens but that values change: between, the same elements are there and no wait is over.
    ///
    /// The last step before the elements are others is one, for alerts that end keep what it says of them; so is the block's last.
    private func following(_ step: Int, _ answers: BlockAnswers, _ instants: [Timestamp]) -> Int {
        guard let quietUntil = state.quietUntil else { return step + 1 }
        var next = step + 1
        while next + 1 < instants.count, instants[next] < quietUntil, !answers.isOther[next], !answers.isOther[next + 1] { next += 1 }
        return next
    }

    /// Writes at instants that are leapt over what the alerts have left before them.
    ///
    /// - Returns: whether the store took it.
    private mutating func writeAgain(at instants: ArraySlice<Timestamp>) -> Bool {
        instants.isEmpty || state.repeatAlertSamples(at: instants.map { group.sampleTime($0, environment) }, to: environment.sink)
    }

    /// - Returns: whether the store took it.
    private mutating func record(_ block: RecordedBlock) -> Bool {
        var present = Set(state.written.all)
        do throws(AppendError) {
            try block.write(to: replay.written, after: &present)
            state.written = try WrittenSeries(resuming: present.sorted(), in: replay.written)
            return true
        } catch {
            return false
        }
    }

    private mutating func take(_ outcome: GroupOutcome) {
        recorder.take(outcome, state.active)
        if outcome.transitions.contains(where: { $0.change == .firing }) { hasFired = true }
        if !outcome.alerts.isEmpty { outcomes.append(outcome) }
    }

    mutating func takeOutcomes() -> [GroupOutcome] {
        defer { outcomes = [] }
        return outcomes
    }

    func report(through end: Timestamp) -> RuleReplay { recorder.report(through: end) }
}
