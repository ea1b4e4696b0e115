/// What bounds one execution of a query.
public struct QueryContext: Sendable {
    /// Asked once per series and per row; true ends the query with `cancelled`.
    public var isCancelled: (@Sendable () -> Bool)?
    /// Asked when the query is to take the memory of so many samples, of eight bytes each; true ends it with `cancelled`.
    public var isTooMuch: (@Sendable (_ samples: Int) -> Bool)?
    /// The instant after which the query ends with `timeout`; nil for none.
    public var deadline: ContinuousClock.Instant?
    /// Overrides the engine's, in time.
    public var lookbackDelta: Duration?
    /// What queries that are asked beside this one, over the same snapshot, have computed of what they have in common; nil where
    /// it is asked alone.
    public var sharedValues: SharedValues?

    public init(
        isCancelled: (@Sendable () -> Bool)? = nil, deadline: ContinuousClock.Instant? = nil, lookbackDelta: Duration? = nil,
        sharedValues: SharedValues? = nil
    ) {
        self.isCancelled = isCancelled
        self.deadline = deadline
        self.lookbackDelta = lookbackDelta
        self.sharedValues = sharedValues
    }
}

/// What holds for every query of an engine.
public struct EngineOptions: Sendable {
    /// How old a series' newest sample may be to count.
    public var lookbackDelta: Duration = .seconds(300)
    /// Samples that one query may hold at once.
    public var maximumSamples = 50_000_000
    /// The step of a subquery that names none.
    public var defaultSubqueryStep: Duration = .seconds(60)

    public init() {}
}
