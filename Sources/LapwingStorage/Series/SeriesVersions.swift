/// Which samples of a series each reader may see, by their times.
///
/// In-order appends only ever add newer samples, so what version v of the store showed of a series is everything up to
/// the time of its newest sample then. Three such marks are enough for the readers to come (the state before the batch
/// that runs, and the state with it); `kept` holds those that snapshots still alive need.
struct SeriesVersions: Sendable {
    struct Mark: Sendable {
        var version: UInt64
        var newestTime: Int64
    }

    /// The version of the last batch that appended here.
    private(set) var lastVersion: UInt64 = 0
    private var previous = Mark(version: 0, newestTime: .min)
    private var kept: [Mark] = []

    /// Notes that a batch is about to append to a series whose newest sample is at `newestTime`.
    mutating func willAppend(_ batch: BatchContext, newestTime: Int64) {
        guard batch.version != lastVersion else { return }
        let last = lastVersion
        if !kept.isEmpty { kept.removeAll { mark in !batch.isLive(from: mark.version, to: last) } }
        if batch.isLive(from: previous.version, to: last) { kept.append(previous) }
        previous = Mark(version: last, newestTime: newestTime)
        lastVersion = batch.version
    }

    /// The time of the newest sample that a reader of `version` may see, of samples that reach to `newestTime`.
    func newestTime(at version: UInt64, of newestTime: Int64) -> Int64 {
        if version >= lastVersion { return newestTime }
        if version >= previous.version { return previous.newestTime }
        return kept.last { $0.version <= version }?.newestTime ?? .min
    }
}

/// What all appends of one batch share.
struct BatchContext: Sendable {
    let version: UInt64
    /// Versions that are being read, ascending; all below `version`.
    let liveVersions: [UInt64]
    /// No sample after this is taken.
    var latestTime = Int64.max
    /// No sample before this is taken.
    var earliestTime = Int64.min
    /// Samples from here on may come out of order.
    var outOfOrderFrom = Int64.max

    /// Whether a snapshot reads one of the versions in `lower ..< upper`.
    func isLive(from lower: UInt64, to upper: UInt64) -> Bool {
        liveVersions.contains { $0 >= lower && $0 < upper }
    }

    /// The oldest version that is read now or may be registered while this batch runs.
    var oldestReadable: UInt64 { min(liveVersions.first ?? .max, version - 1) }
}
