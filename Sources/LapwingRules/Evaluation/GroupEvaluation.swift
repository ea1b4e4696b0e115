public import LapwingAlerting
import LapwingPromQL
public import LapwingSeries

/// What one evaluation of a group did, for whoever notifies, logs and counts.
public struct GroupOutcome: Sendable {
    /// What one alerting rule's evaluation means for receivers.
    public struct RuleAlerts: Sendable {
        /// The rule's, for the link.
        public var expression: String
        /// Alerts that fire or have lately resolved, as far as receivers have to be told of them now.
        public var due: [Alert]
        public var transitions: [AlertTransition]

        public init(expression: String, due: [Alert], transitions: [AlertTransition]) {
            self.expression = expression
            self.due = due
            self.transitions = transitions
        }
    }

    public init(at time: Timestamp) { at = time }

    public var at: Timestamp
    public var alerts: [RuleAlerts] = []
    /// Failures by the rule's place in its group.
    public var failures: [(rule: Int, message: String)] = []
    public var samplesWritten = 0
    /// What each rule's evaluation took, and that of all.
    public var ruleDurations: [Duration] = []
    public var duration: Duration?
    /// What has to be kept of it; see `KeptAlerts`.
    public var notes: [Note] = []

    public var transitions: [AlertTransition] { alerts.flatMap(\.transitions) }
}

extension RuleGroup {
    /// Evaluates every rule at one instant: query, templates, lifecycle, samples. Rules that do not depend on each other are asked
    /// together where the group was planned so; what they mean is settled one after the other in any case.
    ///
    /// A rule that fails keeps its alerts and its series as they were; the others go on. So does one that is not asked any more, because
    /// the evaluation is to end: it has missed this instant.
    /// - Complexity: the sum of the rules' queries, less what they have in common.
    public func evaluate(_ state: inout GroupState, at now: Timestamp, in environment: RuleEnvironment) -> GroupOutcome {
        var outcome = GroupOutcome(at: now)
        let start = environment.elapsed()
        var asked: [Int] = []
        for run in plan.runs {
            let answers = answers(to: run, expecting: state.rules[run].reduce(.zero) { $0 + $1.queryDuration }, at: now, environment)
            var writes = GatheredWrites()
            for case (let index, let answer?) in zip(run, answers) {
                asked.append(index)
                if mayAsk(index, answer) || writes.batch.count > GatheredWrites.enough { write(&writes, &state, at: now, environment, &outcome) }
                settle(index, answer, &state.rules[index], &writes, at: now, environment, &outcome)
            }
            write(&writes, &state, at: now, environment, &outcome)
        }
        if asked.isEmpty, !rules.isEmpty { return outcome }
        outcome.failures.sort { $0.rule < $1.rule }
        endAbandoned(&state, at: now, in: environment)
        state.lastEvaluation = now
        state.evaluationDuration = environment.elapsed() - start
        outcome.ruleDurations = asked.map { state.rules[$0].evaluationDuration }
        outcome.duration = state.evaluationDuration
        return outcome
    }

    /// Marks the series of rules that a reload has removed as ended, where that is still to be done.
    public func endAbandoned(_ state: inout GroupState, at now: Timestamp, in environment: RuleEnvironment) {
        if state.abandoned.isEmpty { return }
        if (try? environment.sink.markStale(state.abandoned, at: sampleTime(now, environment))) != nil { state.abandoned = [] }
    }

    /// The same where another process may have left alerts: none is evaluated before they have been looked for.
    public func evaluate(
        _ state: inout GroupState, recalling recall: AlertRecall?, at now: Timestamp, in environment: RuleEnvironment
    ) -> GroupOutcome {
        guard let recall, state.awaitsRecall else { return evaluate(&state, at: now, in: environment) }
        do throws(QueryError) {
            try recall.recall(&state, of: self, at: now, in: environment)
        } catch {
            var outcome = GroupOutcome(at: now)
            let answer = RuleAnswer(samples: .failure(RuleFailure("what is known of its alerts cannot be read: \(error)")))
            for index in rules.indices { settle(index, answer, &state.rules[index], at: now, environment, &outcome) }
            return outcome
        }
        return evaluate(&state, at: now, in: environment)
    }

    private func write(
        _ writes: inout GatheredWrites, _ state: inout GroupState, at now: Timestamp, _ environment: RuleEnvironment, _ outcome: inout GroupOutcome
    ) {
        write(&writes, at: now, environment, &outcome) { rule, body in body(&state.rules[rule]) }
    }

    /// Turns the answer to a rule's query into alerts or samples, and writes them.
    func settle(
        _ index: Int, _ answer: RuleAnswer, _ state: inout RuleState, at now: Timestamp, _ environment: RuleEnvironment,
        _ outcome: inout GroupOutcome
    ) {
        var writes = GatheredWrites()
        settle(index, answer, &state, &writes, at: now, environment, &outcome)
        write(&writes, at: now, environment, &outcome) { _, body in body(&state) }
        outcome.ruleDurations.append(state.evaluationDuration)
    }

    private func settle(
        _ index: Int, _ answer: RuleAnswer, _ state: inout RuleState, _ writes: inout GatheredWrites, at now: Timestamp,
        _ environment: RuleEnvironment, _ outcome: inout GroupOutcome
    ) {
        let start = environment.elapsed()
        do throws(RuleFailure) {
            let samples = try answer.samples.get()
            switch rules[index] {
            case .alerting(let rule): try evaluate(rule, index, samples, &state, &writes, at: now, environment, &outcome)
            case .recording(let rule): try evaluate(rule, index, samples, &state, &writes, at: now, environment)
            }
            state.health = .good
            state.lastError = nil
        } catch {
            state.fail(error, index, &outcome)
        }
        state.evaluations += 1
        state.lastEvaluation = now
        state.seriesRead = answer.statistics.seriesSelected
        state.samplesRead = answer.statistics.samplesRead
        state.queryDuration = answer.duration
        state.evaluationDuration = answer.duration + (environment.elapsed() - start)
    }

    /// The instant that queries ask for and that samples carry: `now` less the query offset.
    public func sampleTime(_ now: Timestamp, _ environment: RuleEnvironment) -> Timestamp {
        now - (queryOffset ?? environment.defaultQueryOffset)
    }

    private func evaluate(
        _ rule: AlertingRule, _ index: Int, _ results: [VectorSample], _ state: inout RuleState, _ writes: inout GatheredWrites,
        at now: Timestamp, _ environment: RuleEnvironment, _ outcome: inout GroupOutcome
    ) throws(RuleFailure) {
        let time = sampleTime(now, environment)
        let alerts = state.held(state.alerts(of: rule, from: results, at: now, in: environment), at: now)
        state.takeRecalled(alerts)
        let lifecycle = AlertLifecycle(hold: rule.hold, keepFiringFor: rule.keepFiringFor, limit: limit)
        let transitions: [AlertTransition]
        do {
            transitions = try lifecycle.step(&state.active, results: alerts, at: now)
        } catch {
            throw RuleFailure(error.description)
        }
        let due = state.active.takeDue(
            at: now, resendDelay: environment.resendDelay, interval: interval ?? environment.defaultInterval)
        // Receivers are told even when the store then takes no sample.
        if !due.isEmpty || !transitions.isEmpty {
            outcome.alerts.append(GroupOutcome.RuleAlerts(expression: rule.query.text, due: due, transitions: transitions))
        }
        guard environment.writesAlerts else { return }
        try gather(state.alertSamples(), of: index, &state, &writes, at: time, environment)
    }

    private func evaluate(
        _ rule: RecordingRule, _ index: Int, _ results: [VectorSample], _ state: inout RuleState, _ writes: inout GatheredWrites,
        at now: Timestamp, _ environment: RuleEnvironment
    ) throws(RuleFailure) {
        let time = sampleTime(now, environment)
        let samples = zip(results, rule.labels(ofSeriesFor: results.map(\.labels))).map { sample, labels in
            RuleSample(labels: labels, value: sample.value, histogram: sample.histogram)
        }
        guard samples.count < 2 || Set(samples.map(\.labels)).count == samples.count else {
            throw RuleFailure("vector contains metrics with the same labelset after applying rule labels")
        }
        if limit > 0, samples.count > limit {
            throw RuleFailure("exceeded limit of \(limit) with \(samples.count) series")
        }
        try gather(samples, of: index, &state, &writes, at: time, environment)
    }

    private func gather(
        _ samples: [RuleSample], of rule: Int, _ state: inout RuleState, _ writes: inout GatheredWrites, at time: Timestamp,
        _ environment: RuleEnvironment
    ) throws(RuleFailure) {
        do throws(AppendError) {
            guard let prepared = try state.written.prepare(samples, at: time, for: environment.sink, into: &writes.batch) else {
                state.samplesProduced = 0
                return
            }
            writes.parts.append((rule, prepared))
        } catch {
            throw RuleFailure(error.description)
        }
    }
}

/// Why one rule's evaluation failed, in the words that the API shows.
struct RuleFailure: Error {
    var message: String

    init(_ message: String) { self.message = message }

    init(refused reason: RefusedSample.Reason, count: Int) {
        let words =
            switch reason {
            case .outOfOrder: "out of order sample"
            case .duplicateTimestamp: "duplicate sample for timestamp"
            case .tooOld: "too old sample"
            case .tooFarInFuture: "sample too far in the future"
            case .unknownSeries: "the series is not known"
            }
        message = count == 1 ? words : "\(words) (\(count) samples)"
    }
}
