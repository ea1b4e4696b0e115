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

    public init() {}
}
