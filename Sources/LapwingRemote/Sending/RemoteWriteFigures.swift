/// What a sender has done since it began.
public struct RemoteWriteFigures: Sendable, Hashable {
    public var samples = 0
    public var histograms = 0
    public var exemplars = 0
    public var metadata = 0
    /// Of floats and histograms that the receiver would not take.
    public var failed = 0
    public var metadataFailed = 0
    /// Samples of requests that were tried again.
    public var retried = 0
    /// Samples that were passed over: too old, histograms where they are not wanted, or too many that came late.
    public var dropped = 0
    public var bytes = 0
    public var metadataBytes = 0
    /// Samples of the round under way that are not done with.
    public var pending = 0
    public var shards = 0
    public let queue: RemoteWriteSettings.Queue
    /// The newest time that was found in the store, in milliseconds.
    public var highestTime: Int64?
    /// The newest that was taken.
    public var highestSentTime: Int64?

    init(_ queue: RemoteWriteSettings.Queue) { self.queue = queue }

    mutating func finish(_ batch: SendingBatch, bytes: Int, isRefused: Bool) {
        pending -= batch.count
        if isRefused {
            failed += batch.count
            return
        }
        histograms += batch.histogramCount
        samples += batch.count - batch.histogramCount
        exemplars += batch.exemplarCount
        self.bytes += bytes
        if let last = batch.series.map(\.lastTime).max() { highestSentTime = max(highestSentTime ?? .min, last) }
    }

    mutating func countMetadata(_ count: Int, _ outcome: SendingOutcome, bytes: Int) {
        if outcome == .accepted {
            metadata += count
            metadataBytes += bytes
        } else {
            metadataFailed += count
        }
    }
}
