/// What opening a data directory found.
public struct RecoveryReport: Sendable {
    public var series = 0
    public var samples = 0
    public var segments = 0
    public var logFiles = 0
    /// Batches that were read from the log, and their samples.
    public var logBatches = 0
    public var logSamples = 0
    public var duration: Duration = .zero
    /// What was damaged, lost or set aside, each with its file, as sentences.
    public var damages: [String] = []

    public init() {}
}
