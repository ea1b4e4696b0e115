public import LapwingPromQL
public import LapwingSeries

extension RuleGroup {
    /// Settles one rule at one instant, when the answer to its query is at hand: templates, lifecycle, samples.
    ///
    /// For whoever asks for many instants at once, as a replay does. It is the caller's part that every rule which this one reads
    /// has been settled up to that instant.
    public func settle(
        _ rule: Int, _ answer: Result<[VectorSample], QueryError>, _ state: inout RuleState, at now: Timestamp, in environment: RuleEnvironment
    ) -> GroupOutcome {
        var outcome = GroupOutcome(at: now)
        settle(rule, RuleAnswer(samples: answer.mapError { RuleFailure($0.description) }), &state, at: now, environment, &outcome)
        return outcome
    }

    /// The same with the query asked now.
    public func evaluate(_ rule: Int, _ state: inout RuleState, at now: Timestamp, in environment: RuleEnvironment) -> GroupOutcome {
        var outcome = GroupOutcome(at: now)
        for case let answer? in answers(to: rule..<rule + 1, expecting: .zero, at: now, environment) {
            settle(rule, answer, &state, at: now, environment, &outcome)
        }
        return outcome
    }
}
