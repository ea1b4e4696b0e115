/// How a store keeps what it is given.
public struct DurabilityOptions: Sendable {
    /// How often the log is forced to the disk: what the machine's own crash can take. Zero: before every answer. What
    /// the process' crash can take is nothing, in any case.
    public var syncInterval: Duration = .seconds(5)
    /// A checkpoint is written when the log has grown to this, or to half of the last checkpoint if that is more.
    public var logBytesPerCheckpoint = 16 << 20
    /// Sealed chunks leave the checkpoint for a segment when they have come to this.
    public var segmentBytes = 32 << 20
    /// So many bytes of segments are compared with their checksums at the start, the newest first.
    public var verifiedBytes = 256 << 20

    public init() {}
}
