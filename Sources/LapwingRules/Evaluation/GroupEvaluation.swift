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
    /// What has to be kept of it; see `KeptAlerts`.
    public var notes: [Note] = []

    public var transitions: [AlertTransition] { alerts.flatMap(\.transitions) }
}

extension RuleGroup {
    /// Evaluates every rule in order at one instant: query, templates, lifecycle, samples.
    ///
    /// A rule that fails keeps its alerts and its series as they were; the others go on.
    /// - Complexity: the sum of the rules' queries.
    public func evaluate(_ state: inout GroupState, at now: Timestamp, in environment: RuleEnvironment) -> GroupOutcome {
        var outcome = GroupOutcome(at: now)
        let start = environment.elapsed()
        for index in rules.indices {
            let ruleStart = environment.elapsed()
            do throws(RuleFailure) {
                switch rules[index] {
                case .alerting(let rule):
                    try evaluate(rule, &state.rules[index], at: now, environment, &outcome)
                case .recording(let rule):
                    try evaluate(rule, &state.rules[index], at: now, environment, &outcome)
                }
                state.rules[index].health = .good
                state.rules[index].lastError = nil
            } catch {
                state.rules[index].health = .bad
                state.rules[index].lastError = error.message
                state.rules[index].failures += 1
                outcome.failures.append((index, error.message))
            }
            state.rules[index].evaluations += 1
            state.rules[index].lastEvaluation = now
            state.rules[index].evaluationDuration = environment.elapsed() - ruleStart
        }
        let abandoned = state.abandoned
        if !abandoned.isEmpty, (try? environment.sink.markStale(abandoned, at: sampleTime(now, environment))) != nil {
            state.abandoned = []
        }
        state.lastEvaluation = now
        state.evaluationDuration = environment.elapsed() - start
        return outcome
    }

    /// The instant that queries ask for and that samples carry: `now` less the query offset.
    private func sampleTime(_ now: Timestamp, _ environment: RuleEnvironment) -> Timestamp {
        now - (queryOffset ?? environment.defaultQueryOffset)
    }

    private func evaluate(
        _ rule: AlertingRule, _ state: inout RuleState, at now: Timestamp,
        _ environment: RuleEnvironment, _ outcome: inout GroupOutcome
    ) throws(RuleFailure) {
        let time = sampleTime(now, environment)
        let templates = environment.templates(at: now)
        let results = state.held(
            try vector(of: rule.query, at: time, environment).map { rule.alert(from: $0, at: now, templates) }, at: now)
        let lifecycle = AlertLifecycle(hold: rule.hold, keepFiringFor: rule.keepFiringFor, limit: limit)
        let transitions: [AlertTransition]
        do {
            transitions = try lifecycle.step(&state.active, results: results, at: now)
        } catch {
            throw RuleFailure(error.description)
        }
        let due = state.active.takeDue(
            at: now, resendDelay: environment.resendDelay, interval: interval ?? environment.defaultInterval)
        // Receivers are told even when the store then takes no sample.
        if !due.isEmpty || !transitions.isEmpty {
            outcome.alerts.append(GroupOutcome.RuleAlerts(expression: rule.query.text, due: due, transitions: transitions))
        }
        let samples = AlertSamples.samples(of: state.active)
            .map { RuleSample(labels: $0.labels, value: $0.value, histogram: nil) }
        try write(samples, &state, at: time, environment, &outcome)
    }

    private func evaluate(
        _ rule: RecordingRule, _ state: inout RuleState, at now: Timestamp, _ environment: RuleEnvironment,
        _ outcome: inout GroupOutcome
    ) throws(RuleFailure) {
        let time = sampleTime(now, environment)
        let samples = try vector(of: rule.query, at: time, environment).map { sample in
            RuleSample(
                labels: sample.labels.setting(LabelName.metric, rule.metric).merging(rule.labels),
                value: sample.value, histogram: sample.histogram)
        }
        guard Set(samples.map(\.labels)).count == samples.count else {
            throw RuleFailure("vector contains metrics with the same labelset after applying rule labels")
        }
        if limit > 0, samples.count > limit {
            throw RuleFailure("exceeded limit of \(limit) with \(samples.count) series")
        }
        try write(samples, &state, at: time, environment, &outcome)
    }

    private func vector(
        of query: PreparedQuery, at time: Timestamp, _ environment: RuleEnvironment
    ) throws(RuleFailure) -> [VectorSample] {
        do {
            return try environment.querier.instant(query, at: time).ruleVector(at: time)
        } catch {
            throw RuleFailure(error.description)
        }
    }

    private func write(
        _ samples: [RuleSample], _ state: inout RuleState, at time: Timestamp, _ environment: RuleEnvironment,
        _ outcome: inout GroupOutcome
    ) throws(RuleFailure) {
        let refused: [RefusedSample]
        do {
            refused = try state.written.write(samples, at: time, to: environment.sink)
        } catch {
            throw RuleFailure(error.description)
        }
        state.samplesProduced = samples.count
        outcome.samplesWritten += samples.count - refused.count
        if let first = refused.first { throw RuleFailure(refused: first.reason, count: refused.count) }
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
