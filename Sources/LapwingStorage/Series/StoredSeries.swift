import LapwingSeries
import Synchronization

/// One series of a store: its labels, its samples, and what older snapshots still see of them.
///
/// Its own lock is held for one append or one read of the open samples; chunks are decoded outside it.
final class StoredSeries: Sendable {
    /// Ascends in the order in which series were made; never used twice.
    let ordinal: UInt32
    let labels: Labels

    /// The version that brought the first sample, and the one that took the series away: `max` before they happen.
    let firstVersion = Atomic<UInt64>(.max)
    let removedVersion = Atomic<UInt64>(.max)
    /// The span of time that any snapshot may see, for leaving series out without locking them.
    let oldest = Atomic<Int64>(.max)
    let newest = Atomic<Int64>(.min)

    fileprivate struct State {
        var content = SeriesContent()
        /// What there was before changes that were more than appends, oldest first, while somebody may read it.
        var history: [SeriesContent] = []
        /// Sweeps that found no sample here.
        var idleSweeps = 0
    }

    private let state = Mutex(State())

    init(ordinal: UInt32, labels: Labels) {
        self.ordinal = ordinal
        self.labels = labels
    }

    /// Whether a snapshot of this version may see a sample in the range.
    func mayHaveSamples(in range: ClosedRange<Int64>, at version: UInt64) -> Bool {
        firstVersion.load(ordering: .acquiring) <= version && removedVersion.load(ordering: .acquiring) > version
            && newest.load(ordering: .relaxed) >= range.lowerBound
            && oldest.load(ordering: .relaxed) <= range.upperBound
    }

    // MARK: Writing

    /// Stores one float, or says why not.
    ///
    /// - Parameter workspace: what the store counts, brought up to date, and what makes chunks.
    func append(
        _ value: Double, at time: Int64, startTime: Int64, _ batch: borrowing BatchContext,
        _ workspace: inout AppendWorkspace
    ) -> RefusedSample.Reason? {
        if time > batch.latestTime { return .tooFarInFuture }
        if time < batch.earliestTime { return .tooOld }
        return state.withLock { state in
            guard time > state.content.newestTime else {
                return insert(StoredSample(.float(value), startTime: startTime), at: time, &state, batch, &workspace)
            }
            let isFirst = state.willAppend(batch)
            state.content.append(time: time, value: value, startTime: startTime, &workspace.encoder)
            didAppend(at: time, batch.version, isFirst: isFirst, &workspace)
            return nil
        }
    }

    /// Stores one histogram, or says why not.
    func append(
        _ histogram: NativeHistogram, at time: Int64, startTime: Int64, _ batch: borrowing BatchContext,
        _ workspace: inout AppendWorkspace
    ) -> RefusedSample.Reason? {
        if time > batch.latestTime { return .tooFarInFuture }
        if time < batch.earliestTime { return .tooOld }
        return state.withLock { state in
            guard time > state.content.newestTime else {
                let sample = StoredSample(.histogram(histogram), startTime: startTime)
                return insert(sample, at: time, &state, batch, &workspace)
            }
            let isFirst = state.willAppend(batch)
            state.content.append(time: time, histogram: histogram, startTime: startTime, &workspace.encoder)
            didAppend(at: time, batch.version, isFirst: isFirst, &workspace)
            return nil
        }
    }

    /// Tells those who look at the series without its lock.
    private func didAppend(at time: Int64, _ version: UInt64, isFirst: Bool, _ workspace: inout AppendWorkspace) {
        workspace.samples += 1
        newest.store(time, ordering: .relaxed)
        guard isFirst else { return }
        if time < oldest.load(ordering: .relaxed) { oldest.store(time, ordering: .relaxed) }
        if firstVersion.load(ordering: .relaxed) == .max { firstVersion.store(version, ordering: .releasing) }
    }

    /// A sample that is not newer than the newest.
    private func insert(
        _ sample: StoredSample, at time: Int64, _ state: inout State, _ batch: borrowing BatchContext,
        _ workspace: inout AppendWorkspace
    ) -> RefusedSample.Reason? {
        if !state.history.isEmpty { state.forget(batch) }
        if time < state.content.newestTime, time < batch.outOfOrderFrom {
            return batch.outOfOrderFrom == .max ? .outOfOrder : .tooOld
        }
        do {
            if let present = try state.content.sample(at: time) {
                return present.hasSameValue(as: sample) ? nil : .duplicateTimestamp
            }
            state.keepForReaders(batch)
            try state.content.insert(sample, at: time, &workspace.encoder)
        } catch {
            return .outOfOrder
        }
        oldest.store(min(time, oldest.load(ordering: .relaxed)), ordering: .relaxed)
        workspace.samples += 1
        return nil
    }

    /// Drops the chunks that end before `time`.
    ///
    /// - Returns: whether the series has nothing left, and had nothing the last time either if it never had a sample.
    func removeExpired(before time: Int64, _ batch: borrowing BatchContext, _ workspace: inout AppendWorkspace) -> Bool {
        state.withLock { state in
            if !state.history.isEmpty { state.forget(batch) }
            if state.content.oldestTime < time {
                let before = state.content.sampleCount
                var content = state.content
                if content.removeChunks(before: time) {
                    state.keepForReaders(batch)
                    content.since = batch.version
                    state.content = content
                    workspace.samples -= before - content.sampleCount
                }
            }
            if !state.content.isEmpty {
                if state.history.isEmpty { oldest.store(state.content.oldestTime, ordering: .relaxed) }
                return false
            }
            state.idleSweeps += 1
            return state.idleSweeps > 1 || firstVersion.load(ordering: .relaxed) != .max
        }
    }

    // MARK: Reading

    /// Replaces `columns` by the samples of a range that a snapshot sees.
    func read(_ range: ClosedRange<Int64>, at version: UInt64, into columns: inout SampleColumns) throws(ReadError) {
        let content: SeriesContent? = try state.withLock { (state) throws(ReadError) -> SeriesContent? in
            guard let end = state.readableEnd(range, at: version) else {
                columns.removeAll()
                return nil
            }
            guard version >= state.content.since else { return state.content(at: version) }
            // A few chunks are decoded here and now, which costs less than holding the content; for more an append
            // should not have to wait.
            let part = range.lowerBound...end
            if state.content.readOpen(part, into: &columns) { return nil }
            guard state.content.chunkCount(from: range.lowerBound) <= SeriesContent.chunksUnderLock else { return state.content }
            try state.content.read(part, into: &columns)
            return nil
        }
        guard let content else { return }
        let end = min(range.upperBound, content.versions.newestTime(at: version, of: content.newestTime))
        try content.read(range.lowerBound...end, into: &columns)
    }

    /// Adds the newest sample of a range to `latest`.
    func readLatest(
        _ range: ClosedRange<Int64>, at version: UInt64, into latest: inout LatestSamples,
        scratch: inout SampleColumns
    ) throws(ReadError) {
        let content: SeriesContent? = state.withLock { state in
            guard version >= state.content.since else { return state.content(at: version) }
            let newest = state.content.versions.newestTime(at: version, of: state.content.newestTime)
            let end = min(range.upperBound, newest)
            guard end >= range.lowerBound else {
                latest.append(time: LatestSamples.absent, value: StaleMarker.value)
                return nil
            }
            return state.content.readLatestOpen(range.lowerBound...end, into: &latest) ? nil : state.content
        }
        guard let content else { return }
        scratch.removeAll()
        let end = min(range.upperBound, content.versions.newestTime(at: version, of: content.newestTime))
        if end >= range.lowerBound {
            if content.readLatestOpen(range.lowerBound...end, into: &latest) { return }
            try content.readLatestChunk(range.lowerBound...end, into: &scratch)
        }
        latest.append(newestOf: scratch)
    }

    /// What the series takes and spans now.
    func measure() -> (samples: Int, chunks: Int, bytes: Int, oldest: Int64, newest: Int64) {
        state.withLock { state in
            let content = state.content
            let bytes = content.byteCount + MemoryLayout<State>.stride
            return (content.sampleCount, content.chunks.count, bytes, content.oldestTime, content.newestTime)
        }
    }
}

extension StoredSeries.State {
    /// Prepares for a sample that is newer than all others.
    ///
    /// - Returns: whether it is the first.
    fileprivate mutating func willAppend(_ batch: borrowing BatchContext) -> Bool {
        if !history.isEmpty { forget(batch) }
        let newestTime = content.newestTime
        content.versions.willAppend(batch, newestTime: newestTime)
        return newestTime == .min
    }

    /// Keeps the content as it is for those who read a version before this batch; what follows may change it at will.
    fileprivate mutating func keepForReaders(_ batch: borrowing BatchContext) {
        guard content.since != batch.version else { return }
        history.append(content)
        content.since = batch.version
    }

    /// Forgets what no reader can ask for any more.
    fileprivate mutating func forget(_ batch: borrowing BatchContext) {
        var replaced = content.since
        for index in history.indices.reversed() {
            let isNeeded =
                batch.isLive(from: history[index].since, to: replaced)
                || (history[index].since < batch.version && batch.version <= replaced)
            replaced = history[index].since
            if !isNeeded { history.remove(at: index) }
        }
    }

    /// Where the samples of a range end that a version shows; nil when it shows none.
    fileprivate func readableEnd(_ range: ClosedRange<Int64>, at version: UInt64) -> Int64? {
        let newest: Int64
        if version >= content.since {
            newest = content.versions.newestTime(at: version, of: content.newestTime)
        } else {
            guard let old = content(at: version) else { return nil }
            newest = old.versions.newestTime(at: version, of: old.newestTime)
        }
        let end = min(range.upperBound, newest)
        return end < range.lowerBound ? nil : end
    }

    /// What held at a version; nil before the series was made.
    fileprivate func content(at version: UInt64) -> SeriesContent? {
        version >= content.since ? content : history.last { $0.since <= version }
    }
}

/// What writers carry from sample to sample.
struct AppendWorkspace: Sendable {
    /// Samples that the store holds.
    var samples = 0
    var encoder = ChunkEncoder()
}
