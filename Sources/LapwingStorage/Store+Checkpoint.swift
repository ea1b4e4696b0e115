import LapwingDisk
import LapwingSeries
import Synchronization

extension Store {
    /// Writes everything that is in no segment into a checkpoint, so that the log before it is needed no more; settled
    /// chunks go to a segment when there are enough of them.
    ///
    /// Appends go on meanwhile: the log turns to a new file first, and reading it over a checkpoint that has some of its
    /// samples already changes nothing.
    /// - Complexity: O(series + samples that are in no segment).
    /// - Throws: `StorageError`; the checkpoint before and the log stay as they are.
    public func checkpoint() throws(StorageError) {
        guard let durability else { return }
        try checkpoint(durability)
    }

    /// - Parameter onlyIfDoubtful: whether none is written where the one that was waited for has dispelled all doubt about the log.
    func checkpoint(_ durability: Durability, onlyIfDoubtful: Bool = false) throws(StorageError) {
        do {
            try durability.checkpointing.withLock { (listener) throws(DiskError) in
                if onlyIfDoubtful, !durability.journal.isDoubtful { return }
                let begun = ContinuousClock.now
                var isWritten = false
                defer { listener?(isWritten, begun.duration(to: .now)) }
                try writeCheckpoint(durability)
                isWritten = true
            }
        } catch {
            throw StorageError(error)
        }
    }

    /// Lets a listener know of each checkpoint whether it was written, and how long that took; there is one at a time.
    public func tellCheckpoints(to listener: @escaping CheckpointListener) { durability?.checkpointing.withLock { $0 = listener } }

    public typealias CheckpointListener = @Sendable (_ isWritten: Bool, Duration) -> Void

    private func writeCheckpoint(_ durability: Durability) throws(DiskError) {
        // What was written before must not be on the disk later than what comes after.
        try durability.journal.sync()
        let (pages, nextSeries, firstLog) = try writer.withLock { (state) throws(DiskError) in
            (state.pages, state.nextOrdinal, try durability.journal.rotate())
        }
        let table = index.withLock { $0.index.table }
        var checkpoint = CheckpointWriter(durability, durability.files.withLock { $0 }, settledBytes: Self.settledBytes(pages))
        do {
            try checkpoint.begin()
            for (number, page) in pages.enumerated() {
                guard let page else { continue }
                try checkpoint.write(page, number, table)
            }
            let manifest = Manifest(firstLog: firstLog, nextSegment: checkpoint.nextSegment, nextSeries: nextSeries)
            try checkpoint.finish(manifest, durability.journal.notes)
        } catch {
            checkpoint.abandon()
            throw error
        }
        let damaged = durability.files.withLock { files in
            files.checkpoint = checkpoint.number
            files.checkpointBytes = checkpoint.bytes
            files.nextSegment = checkpoint.nextSegment
            files.isDue = false
            if let segment = checkpoint.segment { files.segments.append(segment) }
            defer { files.damaged = [] }
            return files.damaged
        }
        if let segment = checkpoint.segment {
            let file = settle(segment.number, durability, pages)
            durability.files.withLock { files in
                guard let index = files.segments.firstIndex(where: { $0.number == segment.number }) else { return }
                files.segments[index].file = file
            }
        }
        try removeReplaced(durability, damaged, checkpoint: checkpoint.number, firstLog: firstLog)
    }

    /// Bytes of chunks that may go to a segment.
    private static func settledBytes(_ pages: [SeriesPage?]) -> Int {
        var bytes = 0
        for page in pages {
            page?.withLock { state in
                for place in state.series.indices {
                    for chunk in state.series[place].chunks where chunk.isSettled && !chunk.samples.isMapped { bytes += chunk.samples.count }
                }
            }
        }
        return bytes
    }

    /// Lets the chunks of a segment be read from it, so that their memory is given back.
    private func settle(_ number: UInt32, _ durability: Durability, _ pages: [SeriesPage?]) -> FileBytes? {
        guard let file = try? SegmentFile(durability.path(.segment, number), .segment, on: durability.disk) else { return nil }
        var blocks = BlockCache(file.bytes, isMapped: true)
        _ = file.forEach(series: { entry in
            let chunks = entry.chunks.map { blocks.chunk($0).chunk }
            let page = SeriesPage.page(of: entry.id)
            guard page < pages.count else { return }
            pages[page]?.withLock { $0.settle(chunks, at: SeriesPage.place(of: entry.id)) }
        })
        return file.bytes
    }

    /// Removes what the new checkpoint has replaced, and sets aside what was damaged.
    private func removeReplaced(
        _ durability: Durability, _ damaged: [String], checkpoint: UInt32, firstLog: UInt32
    ) throws(DiskError) {
        for name in damaged {
            let path = "\(durability.directory)/\(name)"
            do {
                try durability.disk.rename(path, to: path + DataFiles.damagedSuffix)
            } catch where error.reason == .notFound {}
        }
        let names = try durability.disk.list(durability.directory)
        for number in DataFiles.numbers(.checkpoint, in: names) where number < checkpoint {
            try durability.disk.remove(durability.path(.checkpoint, number))
        }
        try durability.journal.removeFiles(before: firstLog, names)
        try durability.disk.syncDirectory(durability.directory)
    }
}
