public import LapwingSeries

/// What a store keeps and what it takes.
public struct StoreOptions: Sendable {
    /// How long samples are kept; nil for ever. Applied by `Store.removeExpired(now:)`.
    public var retention: Duration?
    /// How far behind the store's newest sample one may come that is older than its series' newest; zero refuses it.
    public var outOfOrderWindow: Duration
    /// How far ahead of the clock a sample may lie.
    public var maximumFuture: Duration
    public var limits: StoreLimits
    /// The present. Without it nothing is too far in the future, and nothing is too old for the retention.
    public var clock: (@Sendable () -> Timestamp)?

    public init(
        retention: Duration? = nil, outOfOrderWindow: Duration = .zero, maximumFuture: Duration = .seconds(600),
        limits: StoreLimits = StoreLimits(), clock: (@Sendable () -> Timestamp)? = nil
    ) {
        self.retention = retention
        self.outOfOrderWindow = outOfOrderWindow
        self.maximumFuture = maximumFuture
        self.limits = limits
        self.clock = clock
    }
}

/// The most that a store takes, by name.
public struct StoreLimits: Sendable {
    /// Series that are kept at a time.
    public var maximumSeries = 10_000_000
    /// Series that the log was not yet told of, because the disk is full: more are made once it was.
    public var maximumUnloggedSeries = 100_000
    public var maximumLabelsPerSeries = 256
    /// Bytes of all names and values of one series.
    public var maximumLabelBytesPerSeries = 64 << 10
    /// Selections that are kept resolved.
    public var maximumResolvedSelections = 8192
    /// Series in all resolved selections together; a larger selection is resolved anew each time.
    public var maximumResolvedSeries = 4_000_000

    public init() {}
}
