import LapwingAlerting
public import LapwingRules
public import LapwingSeries

/// What a process before this one has left for the evaluation of rules.
public struct RuleResumption: Sendable {
    /// Those that `KeptAlerts` wrote.
    public var notes: [Note]
    /// Where `ALERTS_FOR_STATE` tells when rules were last evaluated.
    public var source: any SeriesSource
    /// When the first process over these notes began; nil where this one is the first. A later one does the evaluation of the
    /// latest instant again, in case that it was cut short, unless that instant lies before it.
    public var begunAt: Timestamp?
    public var rule: RestartRule
    /// Told of notes that cannot be understood.
    public var report: @Sendable (String) -> Void

    public init(
        notes: [Note], source: any SeriesSource, begunAt: Timestamp?, rule: RestartRule = RestartRule(),
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.notes = notes
        self.source = source
        self.begunAt = begunAt
        self.rule = rule
        self.report = report
    }

    /// Reads what is kept, and keeps `now` as the beginning where nothing was.
    public init(
        from keeper: any NoteKeeper, _ source: any SeriesSource, at now: Timestamp, rule: RestartRule,
        report: @escaping @Sendable (String) -> Void
    ) {
        let begun = keeper.notes(beginning: Self.begunKey).first?.value.flatMap { bytes -> Timestamp? in
            guard var note = try? NoteReader(bytes, version: 1) else { return nil }
            return try? note.time()
        }
        self.init(notes: keeper.notes(beginning: KeptAlerts.notePrefix), source: source, begunAt: begun, rule: rule, report: report)
        guard begun == nil else { return }
        var note = NoteWriter(version: 1)
        note.time(now)
        do throws(AppendError) { try keeper.setNotes([Note(Self.begunKey, note.bytes)]) } catch { report("\(error)") }
    }

    /// Alerts of a rule whose samples are looked at.
    static let alertsAsked = 8

    /// The key of a note with a time: when evaluation over this data directory began.
    static let begunKey = "rules/begun"

    /// The newest evaluation that wrote samples of any of a group's alerts; nil where there are none.
    ///
    /// Notes tell only of evaluations that changed something.
    func lastEvaluation(of state: GroupState, _ group: RuleGroup, _ environment: RuleEnvironment, before time: Timestamp) -> Timestamp? {
        let range = TimeRange(start: time - rule.outageTolerance, end: time)
        let snapshot = source.snapshot()
        var newest: Int64?
        // All alerts of a rule have samples of its last evaluation, but for those that it ended.
        for labels in state.rules.flatMap({ $0.active.current.prefix(Self.alertsAsked) }).map(\.labels) {
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
