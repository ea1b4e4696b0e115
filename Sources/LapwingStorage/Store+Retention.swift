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
    func removeSamples(before time: Timestamp) -> Int {
        defer { removeSegments(before: time.milliseconds) }
        return writer.withLock { state in
            let expired = state.removeSamples(before: time.milliseconds, registry)
            for ordinal in expired {
                guard let labels = index.withLock({ $0.index.table.labels(ordinal) }) else { continue }
                state.ordinals[labels] = nil
                state.labelBytes -= labels.byteCount
            }
            let oldestRead = registry.liveVersions().first ?? .max
            let unreadable = state.doomed.filter { $0.version <= oldestRead }.map(\.ordinal).sorted()
            state.doomed.removeAll { $0.version <= oldestRead }
            if !unreadable.isEmpty {
                index.withLock { $0.remove(unreadable) }
                state.clear(unreadable)
            }
            return expired.count
        }
    }
}

extension WriterState {
    fileprivate mutating func removeSamples(before time: Int64, _ registry: SnapshotRegistry) -> [UInt32] {
        let next = version + 1
        var expired: [UInt32] = []
        for (number, page) in pages.enumerated() {
            // Asked anew for each page: most queries are over by then, and what they read need not be kept for them.
            let context = BatchContext(version: next, liveVersions: registry.liveVersions())
            page?.withLock { state in
                state.past.forget(context)
                for place in state.series.indices where state.isLiving(place) && !state.isRemoved(place) {
                    guard state.removeExpired(place, before: time, context, &workspace) else { continue }
                    state.remove(place, at: next)
                    expired.append(UInt32(number * SeriesPage.capacity + place))
                }
            }
        }
        removed += expired.count
        doomed += expired.map { ($0, next) }
        version = next
        registry.publish(version)
        return expired
    }

    /// Gives back what nobody can read any more.
    fileprivate mutating func clear(_ ordinals: [UInt32]) {
        for ordinal in ordinals {
            let number = SeriesPage.page(of: ordinal)
            let isDead = pages[number]?.withLock { state in
                state.clear(SeriesPage.place(of: ordinal))
                return state.isDead
            }
            // The page that is still being filled stays.
            if isDead ?? false, number < SeriesPage.page(of: nextOrdinal) { pages[number] = nil }
        }
    }
}
