import LapwingSeries

/// A series in its page: its chunks, and which times its open samples have, whose values stand in the page.
///
/// Small, because a query of thousands of series walks over thousands of these. Open floats are two runs of up to 32:
/// when the newer is full, the older is sealed. What few series have (histograms, start times, a past that readers still
/// see) stands aside in `extras`.
struct SeriesState {
    var chunks: [SealedChunk] = [] {
        didSet { sealedTime = chunks.last?.endTime ?? .min }
    }
    /// The newest time of the chunks, which are looked at only by those who need older ones.
    private(set) var sealedTime = Int64.min
    var older = OpenRun()
    var newer = OpenRun()
    /// The version that brought the newest sealed sample.
    var sealedVersion: UInt64 = 0
    /// What the first chunks come to.
    var summaries = SummaryTree()
    var extras: SeriesExtras?

    /// Whether the open samples are floats without start times, in the page.
    var isPlain: Bool { extras?.open.isEmpty ?? true }

    var newestTime: Int64 { newer.lastTime ?? extras?.open.endTime ?? chunks.last?.endTime ?? .min }

    var oldestTime: Int64 {
        chunks.first?.startTime ?? extras?.open.startTime ?? older.firstTime ?? newer.firstTime ?? .max
    }

    var isEmpty: Bool { newer.isEmpty && chunks.isEmpty && isPlain }

    var sampleCount: Int { newer.count + older.count + chunks.sampleCount + (extras?.open.count ?? 0) }

    /// The newest time that a reader of a version may see; `min` when it sees nothing.
    func newestTime(at version: UInt64) -> Int64 {
        if let extras, extras.isAsked(at: version) { return extras.content(of: self, at: version)?.newestTime(at: version) ?? .min }
        let newest = newer.visibleCount(at: version)
        if newest > 0 { return newer.time(newest - 1) }
        let last = older.visibleCount(at: version)
        if last > 0 { return older.time(last - 1) }
        return sealed.newestTime(at: version, of: chunks)
    }

    /// What readers see of the chunks.
    var sealed: SealedVersions {
        get { SealedVersions(newest: sealedVersion, marks: extras?.sealedMarks ?? []) }
        set {
            sealedVersion = newValue.newest
            if extras == nil, newValue.marks.isEmpty { return }
            madeExtras().sealedMarks = newValue.marks
        }
    }

    mutating func madeExtras() -> SeriesExtras {
        if let extras { return extras }
        let made = SeriesExtras()
        extras = made
        return made
    }
}

/// What few series have beside chunks and plain open samples.
final class SeriesExtras {
    /// Open samples that are histograms, or have start times, or came out of order; then there are no runs.
    var open = SampleColumns()
    var openVersions: [UInt64] = []
    /// What readers see of the chunks who are older than their newest sample.
    var sealedMarks: [SealedVersions.Mark] = []
    /// The version from which the series is as it is now; a reader of an older one needs what was there before.
    var since: UInt64 = 0
    /// What there was before changes that were more than appends, with the version from which it held, oldest first.
    var history: [(since: UInt64, content: SeriesContent)] = []
    /// The version that took the series away.
    var removedVersion = UInt64.max
    /// Sweeps that found no sample here.
    var idleSweeps = 0

    /// Whether a float fits to the open samples.
    var takesFloat: Bool { open.histogramTimes.isEmpty && open.times.count < SeriesContent.openMaximum }

    /// Whether nothing is here but what readers of the past see.
    var isVacant: Bool { open.isEmpty && history.isEmpty && removedVersion == .max && idleSweeps == 0 }

    /// Whether what a version shows stands here, or nowhere any more, rather than in runs.
    func isAsked(at version: UInt64) -> Bool { !open.isEmpty || version < since || version >= removedVersion }

    /// What held at a version; nil before the series was made and after it went.
    ///
    /// - Precondition: `isAsked(at: version)`.
    func content(of state: SeriesState, at version: UInt64) -> SeriesContent? {
        if version >= removedVersion { return nil }
        if version < since { return history.last { $0.since <= version }?.content }
        return SeriesContent(chunks: state.chunks, open: open, openVersions: openVersions, sealed: state.sealed)
    }

    /// Forgets what no reader can ask for any more.
    func forget(_ batch: borrowing BatchContext) {
        if history.isEmpty { return }
        var replaced = since
        for index in history.indices.reversed() {
            let from = history[index].since
            let isNeeded = batch.isLive(from: from, to: replaced) || (from < batch.version && batch.version <= replaced)
            replaced = from
            if !isNeeded { history.remove(at: index) }
        }
    }
}
