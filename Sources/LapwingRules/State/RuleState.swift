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
    /// What of it the query took.
    var queryDuration: Duration = .zero
    public var evaluations = 0
    public var failures = 0
    /// That the last evaluation selected, those that it shared with other rules included.
    public var seriesRead = 0
    /// Likewise.
    public var samplesRead = 0
    /// Samples that the last evaluation produced.
    public var samplesProduced = 0
    /// The alerts of an alerting rule.
    public var active = ActiveAlerts()
    /// Before this instant a result that is missing ends no alert: after a time of being down there may be no samples yet.
    public var heldUntil = Timestamp.distantPast
    /// Alerts that another process has left, by their labels: each is taken up if the next evaluation has a result for it.
    var recalled: [Labels: Alert] = [:]
    /// How results become alerts; nil before there was one, and after a reload, which may have changed the rule.
    var maker: AlertMaker?
    /// What the alerts leave in the store, for as long as they are those.
    private var left: (lineup: ActiveAlerts.Lineup, samples: [RuleSample])?
    /// The series that the last evaluation wrote.
    public var written = WrittenSeries()

    public init() {}

    /// One sample of each series of the alerts.
    mutating func alertSamples() -> [RuleSample] {
        if let left, left.lineup === active.lineup { return left.samples }
        let samples = AlertSamples.samples(of: active).map { RuleSample(labels: $0.labels, value: $0.value, histogram: nil) }
        left = (active.lineup, samples)
        return samples
    }

    /// Writes what the alerts leave at instants after the last evaluation at which they are the same.
    ///
    /// - Returns: whether the sink took all of it; where not, evaluating at each of them tells what is wrong.
    public mutating func repeatAlertSamples(at times: [Timestamp], to sink: any SampleSink) -> Bool {
        let samples = alertSamples()
        let atOnce = max(1, Self.samplesAtOnce / max(1, samples.count))
        for first in stride(from: 0, to: times.count, by: atOnce) {
            let part = times[first..<min(times.count, first + atOnce)].map(\.milliseconds)
            guard let batch = written.batch(of: samples, at: part), (try? sink.append(batch).isEmpty) == true else { return false }
        }
        return true
    }

    private static let samplesAtOnce = 65_536

    /// The results of an evaluation, and while alerts are held those that are missing as they last were.
    func held(_ results: [Alert], at now: Timestamp) -> [Alert] {
        guard now < heldUntil else { return results }
        let present = Set(results.map(\.labels))
        return results + active.current.filter { !present.contains($0.labels) }
    }
}

/// What is known of one group, its rules in their order.
public struct GroupState: Sendable {
    public var rules: [RuleState]
    /// The instant of the last evaluation; nil before the first of this process.
    public var lastEvaluation: Timestamp?
    /// That of a process before this one, where its alerts were taken up.
    public var resumedAfter: Timestamp?
    /// The last evaluation, whichever process did it.
    public var latestEvaluation: Timestamp? { lastEvaluation ?? resumedAfter }
    public var evaluationDuration: Duration = .zero
    /// Instants at which the group was to be evaluated, those that were missed included.
    public var iterations = 0
    public var iterationsMissed = 0
    /// Series of rules that a reload removed: marked stale at the next evaluation.
    public internal(set) var abandoned: [Labels] = []
    /// Whether nobody has looked yet for what another process has left; see `AlertRecall`.
    public var awaitsRecall = false

    public init(ruleCount: Int) { rules = Array(repeating: RuleState(), count: ruleCount) }

    /// The state of a group after a reload, with what is known of every rule that is recognisably the same.
    ///
    /// Rules are the same when kind, name and labels are; of several such the first goes with the first, as upstream
    /// has it. What the others wrote is marked stale.
    /// - Returns: also the alerts of rules that are gone, with their expressions: they end.
    public static func carried(
        from old: GroupState, of places: [RulePlace], to group: RuleGroup
    ) -> (state: GroupState, orphans: [OrphanedAlert]) {
        var state = GroupState(ruleCount: group.rules.count)
        (state.lastEvaluation, state.resumedAfter) = (old.lastEvaluation, old.resumedAfter)
        state.evaluationDuration = old.evaluationDuration
        (state.iterations, state.iterationsMissed) = (old.iterations, old.iterationsMissed)
        state.abandoned = old.abandoned
        var unclaimed = Dictionary(zip(places.map(\.identity), places.indices)) { first, _ in first }
        for (index, place) in group.places.enumerated() {
            guard let match = unclaimed.removeValue(forKey: place.identity), match < old.rules.count else { continue }
            state.rules[index] = old.rules[match]
            state.rules[index].maker = nil
        }
        var orphans: [OrphanedAlert] = []
        for index in unclaimed.values.sorted() where index < old.rules.count {
            state.abandoned += old.rules[index].written.all
            orphans += old.rules[index].active.current.map { OrphanedAlert(alert: $0, expression: places[index].expression) }
        }
        return (state, orphans)
    }

    /// What is left to do for a group that a reload removed: the series to mark stale, the alerts to end.
    public func remains(of places: [RulePlace]) -> (series: [Labels], orphans: [OrphanedAlert]) {
        let orphans = zip(rules, places).flatMap { rule, place in
            rule.active.current.map { OrphanedAlert(alert: $0, expression: place.expression) }
        }
        return (abandoned + rules.flatMap(\.written.all), orphans)
    }
}

/// An alert whose rule is gone.
public struct OrphanedAlert: Sendable, Hashable {
    public var alert: Alert
    /// The rule's, for the link.
    public var expression: String
}

extension GroupOutcome {
    /// The end of alerts whose rules are gone: a resolved notice for those that fired.
    public init(ending orphans: [OrphanedAlert], at time: Timestamp) {
        self.init(at: time)
        for (expression, orphans) in Dictionary(grouping: orphans, by: \.expression).sorted(by: { $0.key < $1.key }) {
            let ended = orphans.map { orphan -> AlertTransition in
                var alert = orphan.alert
                guard alert.state == .firing else { return AlertTransition(.dropped, alert, at: time) }
                alert.state = .inactive
                // Who has been told until when it holds has taken it for resolved from then on.
                alert.resolvedAt = min(time, alert.validUntil ?? time)
                return AlertTransition(.resolved, alert, at: time)
            }
            let due = ended.filter { $0.change == .resolved }.map(\.alert)
            alerts.append(RuleAlerts(expression: expression, due: due, transitions: ended))
        }
    }
}
