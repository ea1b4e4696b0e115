import LapwingPromQL
public import LapwingRules
public import LapwingSeries
public import LapwingStorage

/// Rules over recorded data, as if they had been evaluated then: by the same queries, lifecycle, templates and grouping as in a
/// running server.
///
/// Time is cut into blocks. In each one every rule is asked for all instants as one range, rules after those that they read, and
/// then passes instant by instant through its lifecycle; rules that read each other in a circle, and queries that mean something else
/// over a range, are asked instant by instant. Both ways come to the same, which a test holds.
public struct Replay: Sendable {
    let groups: [RuleGroup]
    let settings: ReplaySettings
    /// What the rules have written.
    public let written = Store(options: StoreOptions(retention: nil))
    private let recorded: any SeriesSnapshot
    /// Internal for the test that compares blocks with single instants.
    var order: ReplayOrder
    /// Instants of a block; internal for the test whose recordings are short.
    var blockSteps = BlockAnswers.steps
    let engine: QueryEngine
    /// The metrics that the rules write.
    private let metrics: Set<String>
    /// Whether something reads `ALERTS`.
    private let readsAlerts: Bool

    public init(_ groups: [RuleGroup], over recorded: any SeriesSnapshot, _ settings: ReplaySettings) {
        self.groups = groups
        self.settings = settings
        self.recorded = recorded
        order = ReplayOrder(groups)
        let rules = groups.flatMap(\.rules)
        metrics = Set(rules.flatMap(\.writtenMetrics))
        let alerts = RuleDependencies(among: rules.filter { if case .alerting = $0 { true } else { false } }, countsTemplates: true)
        readsAlerts = settings.keepsAlertSeries || rules.contains { !alerts.rules(readBy: $0).isEmpty }
        var options = EngineOptions()
        options.defaultSubqueryStep = settings.interval
        engine = QueryEngine(options)
    }

    /// Goes through the time.
    ///
    /// - Parameter progress: told after each block up to where it has come, and answers whether to go on.
    public func run(progress: (Timestamp) -> Bool = { _ in true }) -> ReplayReport {
        var run = ReplayRun(self)
        let shortest = groups.map { interval(of: $0).milliseconds }.min() ?? settings.interval.milliseconds
        var first = settings.start
        while first <= settings.end {
            let following = first.advanced(byMilliseconds: shortest * Int64(blockSteps))
            let last = min(settings.end, following.advanced(byMilliseconds: -1))
            for wave in order.waves { run.evaluate(wave, from: first, through: last) }
            run.endBlock(at: last)
            first = following
            if !progress(last) || (settings.stopsAtFirstFiring && run.hasFired) { break }
        }
        return run.report()
    }

    func interval(of group: RuleGroup) -> Duration { max(.milliseconds(1), group.interval ?? settings.interval) }

    var snapshot: ReplaySnapshot {
        ReplaySnapshot(recorded: recorded, written: written.snapshot(), begin: settings.start, writtenMetrics: metrics)
    }

    /// - Parameter keepsSamples: whether what the rule writes is kept: an alert's series only where somebody reads them.
    func environment(keepsSamples: Bool) -> RuleEnvironment {
        RuleEnvironment(
            querier: SourceQuerier(engine: engine, source: ReplayedSource(replay: self)), sink: keepsSamples ? written : NoSink(),
            externalLabels: settings.externalLabels, externalURL: settings.externalURL, defaultInterval: settings.interval,
            defaultQueryOffset: settings.queryOffset, resendDelay: settings.receivers.isEmpty ? Self.never : Self.resendDelay,
            writesAlerts: keepsSamples, elapsed: { .zero })
    }

    /// As in a running server.
    private static let resendDelay = Duration.seconds(60)
    /// Where nobody is told of alerts.
    private static let never = Duration.seconds(1 << 40)

    func keepsSamples(of rule: Rule) -> Bool {
        if case .alerting = rule { readsAlerts } else { true }
    }

    /// A rule's answers at all instants, or nil where they have to be asked for one by one.
    func answers(to query: PreparedQuery, from start: Timestamp, step: Duration, count: Int) -> BlockAnswers? {
        BlockAnswers(query, engine, over: snapshot, from: start, step: step, count: count)
    }
}

private struct ReplayedSource: SeriesSource {
    let replay: Replay

    func snapshot() -> any SeriesSnapshot { replay.snapshot }
}

/// Takes samples that nobody reads.
private struct NoSink: SampleSink {
    func references(for labels: [Labels]) -> [SeriesReference] { labels.map { _ in SeriesReference(0) } }

    func append(_ batch: SampleBatch) -> [RefusedSample] { [] }
}
