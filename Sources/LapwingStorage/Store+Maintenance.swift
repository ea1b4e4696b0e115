import LapwingDisk
import LapwingSeries
import LapwingText
import Synchronization

extension Store {
    /// What a store has on the disk, and how its log does.
    public struct DiskFigures: Sendable, Hashable {
        public var segments = 0
        public var segmentBytes = 0
        public var checkpointBytes = 0
        /// Bytes of the log that a start would read.
        public var logBytes = 0
        /// Records and bytes that this process has written to the log.
        public var logRecords = 0
        public var logBytesWritten = 0
        /// Writes and syncs that the disk refused.
        public var failures = 0
        /// What the disk said where it would not take the last batch, for want of room or because it is broken.
        public var refusal: String?

        public var isRefusing: Bool { refusal != nil }

        public var bytes: Int { segmentBytes + checkpointBytes + logBytes }
    }

    /// Nil for a store in memory alone.
    public var diskFigures: DiskFigures? {
        guard let durability else { return nil }
        var figures = DiskFigures()
        durability.files.withLock { files in
            figures.segments = files.segments.count
            figures.segmentBytes = files.segments.reduce(0) { $0 + $1.bytes }
            figures.checkpointBytes = files.checkpointBytes
        }
        let log = durability.journal.figures
        figures.logBytes = log.unsettledBytes
        figures.logRecords = log.records
        figures.logBytesWritten = log.bytes
        figures.failures = log.failures
        figures.refusal = log.refusal
        return figures
    }

    /// Forces the log to the disk, by a checkpoint where the disk has failed to sync it before. To be called every `DurabilityOptions.syncInterval`.
    public func sync() throws(StorageError) {
        guard let durability else { return }
        let isWhole: Bool
        do { isWhole = try durability.journal.sync() } catch { throw StorageError(error) }
        if !isWhole { try checkpoint(durability, onlyIfDoubtful: true) }
    }

    /// Writes a checkpoint if the log has grown enough, has been damaged, or could not be synced. To be called every few seconds.
    ///
    /// - Returns: whether one was written.
    @discardableResult
    public func checkpointIfDue() throws(StorageError) -> Bool {
        guard let durability else { return false }
        let unsettled = durability.journal.figures.unsettledBytes
        let isDue = durability.files.withLock { files in
            files.isDue || durability.journal.isDoubtful || unsettled >= max(durability.options.logBytesPerCheckpoint, files.checkpointBytes / 2)
        }
        if isDue { try checkpoint() }
        return isDue
    }

    /// Removes the oldest samples until the directory takes at most so many bytes; for a store in memory alone, its samples.
    ///
    /// Whole segments go, the oldest first; without any, a tenth of the time that is held, again and again, or as many as hold a
    /// chunk. What is newer stays, whatever it takes.
    public func shrink(to size: Int) throws(StorageError) {
        for _ in 0..<100 {
            let statistics = statistics
            guard (diskFigures?.bytes ?? statistics.sampleBytes) > size, let oldest = statistics.oldest, let newest = statistics.newest
            else { return }
            let segment = durability?.files.withLock { files in files.segments.map(\.latest).min() }
            if let segment {
                removeSamples(before: Timestamp(milliseconds: segment).advanced(byMilliseconds: 1))
            } else {
                guard removeOldest(of: oldest..<newest) else { return }
                try checkpoint()
            }
        }
    }

    /// - Returns: false where nothing goes but what is newest.
    private func removeOldest(of held: Range<Timestamp>) -> Bool {
        let tenth = max(1, held.upperBound.duration(since: held.lowerBound).milliseconds / 10)
        let before = counts.samples
        for tenths in 1...9 as ClosedRange<Int64> where counts.samples == before {
            removeSamples(before: min(held.upperBound, held.lowerBound.advanced(byMilliseconds: tenth * tenths)))
        }
        return counts.samples < before
    }

    /// Summarises chunks that lack it, which after a start are all of them. To be called now and then beside appends.
    ///
    /// - Complexity: O(series), and O(samples) of the chunks that lack it.
    public func summarizeChunks() {
        for page in writer.withLock({ $0.pages }) {
            guard let page else { continue }
            // A few chunks under a lock, so that nobody waits for long.
            while page.withLock({ state in
                state.series.indices.contains { state.isLiving($0) && state.summarizeChunks($0, atMost: 16) }
            }) {}
        }
    }

    /// Compares the bytes of a segment with their checksums that has not been looked at since the start. Of one that is
    /// damaged, the rest goes into memory and from there into the next checkpoint, and the file is set aside then.
    ///
    /// - Returns: what was found, nil for nothing; and whether there is another to look at.
    public func verifyNextSegment() -> (damage: String?, isMore: Bool) {
        guard let durability else { return (nil, false) }
        let next = durability.files.withLock { files in files.segments.last { !$0.isVerified } }
        guard let next else { return (nil, false) }
        let name = DataFiles.name(.segment, next.number)
        let found = (try? SegmentFile(durability.path(.segment, next.number), .segment, on: durability.disk))?.verify() ?? []
        if found.isEmpty {
            durability.files.withLock { files in
                for index in files.segments.indices where files.segments[index].number == next.number { files.segments[index].isVerified = true }
            }
            return (nil, true)
        }
        let lost = writer.withLock { state in
            var lost = 0
            if let file = next.file { for page in state.pages { lost += page?.withLock { $0.release(file, found) } ?? 0 } }
            state.workspace.samples -= lost
            return lost
        }
        // From here on a checkpoint has what the file had.
        durability.files.withLock { files in
            files.segments.removeAll { $0.number == next.number }
            files.damaged.append(name)
            files.isDue = true
        }
        let bytes = found.reduce(0) { $0 + $1.bytes.count }
        return ("\(durability.directory)/\(name): \(bytes) bytes are damaged; lost with them: \(Counted.text(lost, "sample")); the rest is used", true)
    }

    /// Removes the segments that have nothing from a time on.
    func removeSegments(before time: Int64) {
        guard let durability else { return }
        durability.files.withLock { files in
            files.segments.removeAll { segment in
                guard segment.latest < time else { return false }
                return (try? durability.disk.remove(durability.path(.segment, segment.number))) != nil
            }
        }
    }
}
