import Synchronization

/// The versions of a store that somebody reads, and the newest that may be read.
///
/// Each batch makes a version. A snapshot is a version that is registered here as long as the snapshot lives, so that
/// a writer knows which old states it has to keep.
final class SnapshotRegistry: Sendable {
    private struct State {
        var published: UInt64 = 0
        /// Ascending, with how many snapshots read each.
        var live: [(version: UInt64, readers: Int)] = []
    }

    private let state = Mutex(State())

    /// The newest whole version, registered.
    func acquire() -> UInt64 {
        state.withLock { state in
            if let last = state.live.indices.last, state.live[last].version == state.published {
                state.live[last].readers += 1
            } else {
                state.live.append((state.published, 1))
            }
            return state.published
        }
    }

    func release(_ version: UInt64) {
        state.withLock { state in
            guard let index = state.live.firstIndex(where: { $0.version == version }) else { return }
            state.live[index].readers -= 1
            if state.live[index].readers == 0 { state.live.remove(at: index) }
        }
    }

    /// Makes a batch visible to the snapshots that come.
    func publish(_ version: UInt64) { state.withLock { $0.published = version } }

    /// The versions that are read now, ascending. Snapshots that are taken later read at least the newest published.
    func liveVersions() -> [UInt64] { state.withLock { state in state.live.map(\.version) } }
}
