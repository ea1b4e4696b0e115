public import LapwingAlerting
public import LapwingSeries

/// What is known of one rule from its evaluations so far.
public struct RuleState: Sendable {
    public enum Health: String, Sendable {
        case unknown
        case good = "ok"
        case bad = "err"
    }

    public var health: Health = .unknown
    public var lastError: String?
    /// The instant of the last evaluation; nil before the first.
    public var lastEvaluation: Timestamp?
    public var evaluationDuration: Duration = .zero
    public var evaluations = 0
    public var failures = 0
    /// Samples that the last evaluation produced.
    public var samplesProduced = 0
    /// The alerts of an alerting rule.
    public var active = ActiveAlerts()
    /// The series that the last evaluation wrote.
    public var written = WrittenSeries()

    public init() {}
}

/// What is known of one group, its rules in their order.
public struct GroupState: Sendable {
    public var rules: [RuleState]
    /// The instant of the last evaluation; nil before the first.
    public var lastEvaluation: Timestamp?
    public var evaluationDuration: Duration = .zero
    public var iterationsMissed = 0
    /// Series of rules that a reload removed: marked stale at the next evaluation.
    var abandoned: [Labels] = []

    public init(ruleCount: Int) { rules = Array(repeating: RuleState(), count: ruleCount) }

    /// The state of a group after a reload, with what is known of every rule that is recognisably the same.
    ///
    /// Rules are the same when kind, name and labels are; of several such the first goes with the first, as upstream
    /// has it. What the others wrote is marked stale.
    /// - Returns: also the firing alerts of rules that are gone, for which a resolved notice is due.
    public static func carried(
        from old: GroupState, of oldGroup: RuleGroup, to group: RuleGroup
    ) -> (state: GroupState, orphans: [Alert]) {
        var state = GroupState(ruleCount: group.rules.count)
        state.lastEvaluation = old.lastEvaluation
        state.evaluationDuration = old.evaluationDuration
        state.iterationsMissed = old.iterationsMissed
        state.abandoned = old.abandoned
        var unclaimed = Dictionary(grouping: oldGroup.rules.indices) { RuleIdentity(oldGroup.rules[$0]) }
        for (index, rule) in group.rules.enumerated() {
            let identity = RuleIdentity(rule)
            guard let match = unclaimed[identity]?.first else { continue }
            unclaimed[identity]?.removeFirst()
            state.rules[index] = old.rules[match]
        }
        var orphans: [Alert] = []
        for index in unclaimed.values.joined().sorted() {
            state.abandoned += old.rules[index].written.all
            orphans += old.rules[index].active.current.filter { $0.state == .firing }
        }
        return (state, orphans)
    }

    /// What is left to do for a group that a reload removed: the series to mark stale, the alerts to resolve.
    public var remains: (series: [Labels], orphans: [Alert]) {
        (
            abandoned + rules.flatMap(\.written.all),
            rules.flatMap { $0.active.current.filter { $0.state == .firing } }
        )
    }
}

/// By what a rule is recognised over a reload.
private struct RuleIdentity: Hashable {
    var isAlerting: Bool
    var name: String
    var labels: [Label]

    init(_ rule: Rule) {
        if case .alerting = rule { isAlerting = true } else { isAlerting = false }
        name = rule.name
        labels = rule.labels
    }
}
