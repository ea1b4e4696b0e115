/// What all appends of one batch share.
struct BatchContext: Sendable {
    let version: UInt64
    /// Versions that are being read, ascending; all below `version`.
    let liveVersions: [UInt64]
    /// Those, and what may come to be read while this batch runs: the version before it.
    let readableVersions: [UInt64]
    let bounds: BatchBounds

    init(version: UInt64, liveVersions: [UInt64], bounds: BatchBounds = BatchBounds()) {
        self.version = version
        self.bounds = bounds
        self.liveVersions = liveVersions
        readableVersions = liveVersions.last == version &- 1 ? liveVersions : liveVersions + [version &- 1]
    }

    /// Whether a snapshot reads one of the versions in `lower ..< upper`.
    func isLive(from lower: UInt64, to upper: UInt64) -> Bool {
        liveVersions.contains { $0 >= lower && $0 < upper }
    }
}

/// What a batch is allowed: kept with it in the log, so that a sample that was refused is refused again when the log is read.
struct BatchBounds: Sendable, Equatable {
    /// No sample after this is taken.
    var latestTime = Int64.max
    /// No sample before this is taken.
    var earliestTime = Int64.min
    /// Samples from here on may come out of order.
    var outOfOrderFrom = Int64.max
}
