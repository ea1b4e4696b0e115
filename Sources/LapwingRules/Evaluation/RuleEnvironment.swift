public import LapwingPromQL
public import LapwingSeries
public import LapwingTemplate

/// What answers a rule's expression: the embedded store, a table in a test, a remote server.
public protocol RuleQuerier: Sendable {
    /// The value of a query at a time, over what there is now: a rule sees what the rules before it recorded.
    func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult

    /// A query written inside a template.
    func prepare(_ text: String) throws(QueryError) -> PreparedQuery

    /// The same for queries that are asked together at one instant: all see one state of the source, and what they have in
    /// common is computed once.
    func together() -> any RuleQuerier

    /// The answers to queries of which none depends on another, where the source answers them side by side by itself; nil where
    /// they are to be asked one by one.
    func answers(to queries: ArraySlice<PreparedQuery>, at time: Timestamp) -> [TimedAnswer]?
}

/// An answer to a query, and how long it took.
public struct TimedAnswer: Sendable {
    public var result: Result<QueryResult, QueryError>
    public var duration: Duration

    public init(_ result: Result<QueryResult, QueryError>, took duration: Duration) {
        self.result = result
        self.duration = duration
    }
}

extension RuleQuerier {
    public func together() -> any RuleQuerier { self }

    public func answers(to queries: ArraySlice<PreparedQuery>, at time: Timestamp) -> [TimedAnswer]? { nil }
}

/// A source asked through the engine, with a snapshot of its own for every query.
public struct SourceQuerier: RuleQuerier {
    public var engine: QueryEngine
    public var source: any SeriesSource
    /// Made anew for every query, so that each has its own deadline.
    public var makeContext: @Sendable () -> QueryContext

    public init(
        engine: QueryEngine, source: any SeriesSource,
        makeContext: @escaping @Sendable () -> QueryContext = { QueryContext() }
    ) {
        self.engine = engine
        self.source = source
        self.makeContext = makeContext
    }

    public func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
        try engine.instant(query, at: time, over: source.snapshot(), context: makeContext())
    }

    public func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try engine.prepare(text) }

    public func together() -> any RuleQuerier {
        SnapshotQuerier(engine: engine, snapshot: source.snapshot(), sharedValues: SharedValues(), makeContext: makeContext)
    }
}

/// One snapshot asked through the engine by queries that share what they have in common.
private struct SnapshotQuerier: RuleQuerier {
    let engine: QueryEngine
    let snapshot: any SeriesSnapshot
    let sharedValues: SharedValues
    let makeContext: @Sendable () -> QueryContext

    func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
        var context = makeContext()
        context.sharedValues = sharedValues
        return try engine.instant(query, at: time, over: snapshot, context: context)
    }

    func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try engine.prepare(text) }
}

/// What the evaluation of rules needs from outside.
public struct RuleEnvironment: Sendable {
    public var querier: any RuleQuerier
    /// Where recorded series and `ALERTS` go.
    public var sink: any SampleSink
    /// Labels that notifications carry besides the alert's own; templates see them as `$externalLabels`.
    public var externalLabels: Labels
    /// The address at which people reach this server; links in notifications start with it.
    public var externalURL: String
    /// Holds for a group without its own.
    public var defaultInterval: Duration
    /// Holds for a group without its own.
    public var defaultQueryOffset: Duration
    /// How often an Alertmanager is told again of an alert that has not changed.
    public var resendDelay: Duration
    /// Whether what alerts leave, `ALERTS` and `ALERTS_FOR_STATE`, is written; not where nobody can read it.
    public var writesAlerts: Bool
    /// Told which way the branches of a rule's templates go; nil where nobody wants to know.
    public var onBranch: (@Sendable (AlertingRule, TemplateBranch) -> Void)?
    /// Elapsed time since some fixed point, to measure evaluations with.
    public var elapsed: @Sendable () -> Duration
    /// Asked before each rule whether the evaluation ends there: who waits for the end need not wait for all queries of a group.
    public var isEnding: @Sendable () -> Bool = { false }

    public init(
        querier: any RuleQuerier, sink: any SampleSink, externalLabels: Labels = .empty, externalURL: String = "",
        defaultInterval: Duration = .seconds(60), defaultQueryOffset: Duration = .zero,
        resendDelay: Duration = .seconds(60), writesAlerts: Bool = true,
        elapsed: @escaping @Sendable () -> Duration = RuleEnvironment.uptime
    ) {
        self.querier = querier
        self.sink = sink
        self.externalLabels = externalLabels
        self.externalURL = externalURL
        self.defaultInterval = defaultInterval
        self.defaultQueryOffset = defaultQueryOffset
        self.resendDelay = resendDelay
        self.writesAlerts = writesAlerts
        self.elapsed = elapsed
    }

    private static let start = ContinuousClock.now

    /// The time since this was first asked.
    @Sendable public static func uptime() -> Duration { start.duration(to: .now) }
}
