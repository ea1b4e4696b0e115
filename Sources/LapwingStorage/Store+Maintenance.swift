import LapwingDisk
import LapwingSeries
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
        return figures
    }

    /// Forces the log to the disk. To be called every `DurabilityOptions.syncInterval`.
    public func sync() throws(StorageError) {
        do { try durability?.journal.sync() } catch { throw StorageError(error) }
    }

    /// Writes a checkpoint if the log has grown enough, or has been damaged. To be called every few seconds.
    ///
    /// - Returns: whether one was written.
    @discardableResult
    public func checkpointIfDue() throws(StorageError) -> Bool {
        guard let durability else { return false }
        let unsettled = durability.journal.figures.unsettledBytes
        let isDue = durability.files.withLock { files in
            files.isDue || unsettled >= max(durability.options.logBytesPerCheckpoint, files.checkpointBytes / 2)
        }
        if isDue { try checkpoint() }
        return isDue
    }

    /// Removes the oldest samples until the directory takes at most so many bytes; for a store in memory alone, its samples.
    ///
    /// Whole segments go, the oldest first; without any, a tenth of the time that is held, again and again.
    public func shrink(to size: Int) throws(StorageError) {
        for _ in 0..<100 {
            let statistics = statistics
            guard (diskFigures?.bytes ?? statistics.sampleBytes) > size, let oldest = statistics.oldest, let newest = statistics.newest
            else { return }
            let segment = durability?.files.withLock { files in files.segments.map(\.latest).min() }
            if let segment {
                removeSamples(before: Timestamp(milliseconds: segment).advanced(byMilliseconds: 1))
            } else if oldest < newest {
                let tenth = max(1, newest.duration(since: oldest).milliseconds / 10)
                removeSamples(before: oldest.advanced(byMilliseconds: tenth))
                try checkpoint()
            } else {
                return
            }
        }
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
