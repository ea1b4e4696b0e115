/// Chunks of a page's series that retention took away while somebody read, for the versions that show them.
///
/// Kept once a page, as parts of the lists that there were, so that nothing is made for each series: what is made for a reader beside each
/// new list, which lives for long, leaves holes between them that are too small for anything else.
struct PastChunks {
    /// What each sweep took, by place, the oldest first.
    private var sweeps: [(version: UInt64, chunks: [ArraySlice<SealedChunk>])] = []
    /// Versions from this one on show nothing of it.
    private(set) var end: UInt64 = 0

    /// Adds what the sweep of a version takes from the front of a series.
    mutating func add(_ chunks: ArraySlice<SealedChunk>, of place: Int, at version: UInt64) {
        if end < version {
            sweeps.append((version, []))
            end = version
        }
        let last = sweeps.count - 1
        while sweeps[last].chunks.count <= place { sweeps[last].chunks.append([]) }
        sweeps[last].chunks[place] = chunks
    }

    /// What a version shows of a series before the chunks that it has now.
    func chunks(of place: Int, at version: UInt64) -> [SealedChunk] {
        sweeps.reduce(into: []) { found, sweep in
            if version < sweep.version, place < sweep.chunks.count { found += sweep.chunks[place] }
        }
    }

    /// Bytes that are here for readers alone.
    var byteCount: Int {
        sweeps.reduce(0) { total, sweep in
            sweep.chunks.reduce(total) { $1.reduce($0 + MemoryLayout<ArraySlice<SealedChunk>>.stride) { $0 + $1.byteCount(withTimes: true) } }
        }
    }

    /// Forgets what nobody reads.
    mutating func forget(_ batch: borrowing BatchContext) {
        if sweeps.isEmpty { return }
        let oldest = batch.liveVersions.first ?? .max
        sweeps.removeAll { $0.version <= oldest }
        if sweeps.isEmpty { end = 0 }
    }
}
