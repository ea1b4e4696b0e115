public import LapwingSeries

/// What a store holds.
public struct StoreStatistics: Sendable, Hashable {
    public var series = 0
    public var samples = 0
    /// Compressed chunks, without the newest samples that lie open.
    public var chunks = 0
    /// Bytes of all samples, chunks and the bookkeeping of series, without labels and index.
    public var sampleBytes = 0
    /// Bytes of all labels.
    public var labelBytes = 0
    public var oldest: Timestamp?
    public var newest: Timestamp?
    /// Series ever made.
    public var seriesCreated = 0
    /// Series that retention removed.
    public var seriesRemoved = 0

    public init() {}
}

/// How many series and values each label has: the answer to `/api/v1/status/tsdb`.
public struct LabelCardinalities: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        public var name: String
        public var count: Int

        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// Different pairs of name and value.
    public var pairs = 0
    /// Series by metric name.
    public var seriesByMetric: [Row] = []
    /// Values by label name.
    public var valuesByLabel: [Row] = []
    /// Bytes of all values by label name.
    public var bytesByLabel: [Row] = []
    /// Series by `name=value`.
    public var seriesByPair: [Row] = []

    public init() {}
}
