import LapwingAlerting
public import LapwingRules
public import LapwingSeries

/// What a process before this one has left for the evaluation of rules.
public struct RuleResumption: Sendable {
    /// Those that `KeptAlerts` wrote.
    public var notes: [Note]
    /// Where `ALERTS_FOR_STATE` tells when rules were last evaluated.
    public var source: any SeriesSource
    /// Whether there was a process before; its last evaluation is then done again, in case that it was cut short.
    public var isContinuing: Bool
    public var rule: RestartRule
    /// Told of notes that cannot be understood.
    public var report: @Sendable (String) -> Void

    public init(
        notes: [Note], source: any SeriesSource, isContinuing: Bool, rule: RestartRule = RestartRule(),
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.notes = notes
        self.source = source
        self.isContinuing = isContinuing
        self.rule = rule
        self.report = report
    }

    /// The newest evaluation that wrote samples of any of a group's alerts; nil where there are none.
    ///
    /// Notes tell only of evaluations that changed something.
    func lastEvaluation(of state: GroupState, _ group: RuleGroup, _ environment: RuleEnvironment, before time: Timestamp) -> Timestamp? {
        let range = TimeRange(start: time - rule.outageTolerance, end: time)
        let snapshot = source.snapshot()
        var newest: Int64?
        for labels in state.rules.flatMap(\.active.current).map(\.labels) {
            let series = labels.setting(LabelName.metric, AlertSamples.forStateMetric)
            let matchers = series.compactMap { try? Matcher($0.name, .equal, $0.value) }
            guard let found = try? snapshot.select(matchers, over: range) else { continue }
            for index in 0..<found.count where found.labels[index] == series {
                var latest = LatestSamples()
                guard (try? found.readLatest(index..<index + 1, over: range, into: &latest)) != nil, let last = latest.times.first,
                    last != LatestSamples.absent
                else { continue }
                newest = max(newest ?? last, last)
            }
        }
        return newest.map { Timestamp(milliseconds: $0) + (group.queryOffset ?? environment.defaultQueryOffset) }
    }

    /// Lets the series of alerts be known as written, so that they are marked stale when they end.
    func resumeSeries(of state: inout GroupState, in sink: any SampleSink) {
        for index in state.rules.indices where !state.rules[index].active.isEmpty {
            let labels = AlertSamples.samples(of: state.rules[index].active).map(\.labels)
            guard let written = try? WrittenSeries(resuming: labels, in: sink) else { continue }
            state.rules[index].written = written
        }
    }
}
