public import LapwingSeries
import Synchronization

extension Store {
    /// Removes what is older than the retention: chunks that end before it, and series that have nothing newer, with
    /// their place in the index. Snapshots that are alive keep what they show.
    ///
    /// - Returns: how many series went.
    /// - Complexity: O(series), and O(lists of the index that lose one).
    @discardableResult
    public func removeExpired(now: Timestamp) -> Int {
        guard let retention = options.retention else { return 0 }
        return removeSamples(before: now - retention)
    }

    /// Removes what lies before a time, by whole chunks.
    @discardableResult
    public func removeSamples(before time: Timestamp) -> Int {
        writer.withLock { state in
            let removed = state.removeSamples(before: time.milliseconds, registry)
            let oldestRead = registry.liveVersions().first ?? .max
            let readable = state.doomed.filter { $0.removedVersion.load(ordering: .relaxed) > oldestRead }
            let unreadable = state.doomed.filter { $0.removedVersion.load(ordering: .relaxed) <= oldestRead }
            state.doomed = readable
            if !unreadable.isEmpty {
                index.withLock { $0.remove(unreadable.sorted { $0.ordinal < $1.ordinal }) }
            }
            return removed
        }
    }
}

extension WriterState {
    fileprivate mutating func removeSamples(before time: Int64, _ registry: SnapshotRegistry) -> Int {
        let context = BatchContext(version: version + 1, liveVersions: registry.liveVersions())
        var expired: [StoredSeries] = []
        var workspace = workspace
        table.forEach { series in
            if series.removeExpired(before: time, context, &workspace) { expired.append(series) }
        }
        self.workspace = workspace
        for series in expired {
            series.removedVersion.store(context.version, ordering: .releasing)
            table.remove(series.ordinal)
            ordinals[series.labels] = nil
            labelBytes -= series.labels.byteCount
        }
        removed += expired.count
        doomed.append(contentsOf: expired)
        version = context.version
        registry.publish(version)
        return expired.count
    }
}
