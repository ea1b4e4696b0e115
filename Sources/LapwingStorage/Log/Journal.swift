import LapwingDisk
import LapwingSeries
import Synchronization

/// The log of a data directory as it is written: what is appended here has left the process when the call returns.
///
/// Its lock is held for one write; a store calls it with its own writer's lock, so records have the order of the batches.
final class Journal: Sendable {
    let directory: String
    let disk: any Disk

    /// What the log has done, for the server to tell.
    struct Figures: Sendable {
        var records = 0
        var bytes = 0
        var failures = 0
        /// What the disk said where it refused the last batch.
        var refusal: String?
        var syncs = 0
        /// Bytes of all log files that a start would read.
        var unsettledBytes = 0
    }

    private struct State: Sendable {
        /// Nil when no file can be made, for want of space; made when there is some.
        var writer: FrameWriter?
        /// The number that the next file gets.
        var nextNumber: UInt32
        var frame: [UInt8] = []
        var figures = Figures()
        var notes: [[UInt8]: [UInt8]]
        var isClosed = false
        /// Bytes that were written and not yet synced.
        var unsynced = 0
        /// Files that were left for the next one with bytes that were not synced.
        var leftUnsynced: [FrameWriter] = []
        /// The number of the first file after those of which the disk has failed to sync one; nil where it has not.
        var firstSound: UInt32?
    }

    private let state: Mutex<State>
    /// Held while the disk is asked: who comes meanwhile waits, and finds that one syncing served all of them.
    private let syncing = Mutex(())
    private let random: @Sendable () -> UInt32

    /// - Parameter nextNumber: above the numbers of all files that are there.
    init(
        _ directory: String, on disk: any Disk, nextNumber: UInt32, unsettledBytes: Int, notes: [[UInt8]: [UInt8]],
        random: @escaping @Sendable () -> UInt32
    ) {
        self.directory = directory
        self.disk = disk
        self.random = random
        var state = State(nextNumber: nextNumber, notes: notes)
        state.figures.unsettledBytes = unsettledBytes
        self.state = Mutex(state)
    }

    var figures: Figures { state.withLock { $0.figures } }

    // MARK: Appending

    /// Definitions in one frame: what a damage takes of them at most.
    static let definitionsPerFrame = 512

    /// Appends a batch whole or not at all, and before it what the numbers of new series stand for.
    func append(_ batch: SampleBatch, _ bounds: BatchBounds, defining definitions: [SeriesDefinition]) throws(AppendError) {
        try append(defining: definitions)
        try append { LogSamples.append(batch, bounds, to: &$0) }
    }

    func append(defining definitions: [SeriesDefinition]) throws(AppendError) {
        var start = 0
        while start < definitions.count {
            let end = min(definitions.count, start + Self.definitionsPerFrame)
            try append { LogRecord.appendSeries(definitions[start..<end], to: &$0) }
            start = end
        }
    }

    /// Keeps values by their keys, or forgets them: all in one frame.
    func setNotes(_ notes: [(key: [UInt8], value: [UInt8]?)]) throws(AppendError) {
        try state.withLock { (state) throws(AppendError) in
            try append(to: &state) { frame in for note in notes { LogRecord.appendNote(note.key, note.value, to: &frame) } }
            for note in notes { state.notes[note.key] = note.value }
        }
    }

    var notes: [[UInt8]: [UInt8]] { state.withLock { $0.notes } }

    private func append(_ encode: (inout [UInt8]) -> Void) throws(AppendError) {
        try state.withLock { (state) throws(AppendError) in try append(to: &state, encode) }
    }

    private func append(to state: inout State, _ encode: (inout [UInt8]) -> Void) throws(AppendError) {
        if state.isClosed { throw AppendError(.closed, "the store is closed") }
        state.frame.removeAll(keepingCapacity: true)
        state.frame.append(contentsOf: repeatElement(0, count: FrameFormat.frameHeaderBytes))
        encode(&state.frame)
        let count = state.frame.count
        if count > FrameFormat.maximumPayloadBytes {
            throw AppendError(
                .storage, "a batch takes \(count) bytes in the log, and at most \(FrameFormat.maximumPayloadBytes) are allowed: send it in parts")
        }
        do throws(DiskError) {
            if state.writer?.isBroken ?? true { try open(&state) }
            try state.writer?.append(&state.frame)
        } catch {
            state.figures.failures += 1
            state.figures.refusal = "\(error)"
            throw AppendError(error)
        }
        state.figures.refusal = nil
        state.figures.records += 1
        state.figures.bytes += count
        state.figures.unsettledBytes += count
        state.unsynced += count
        if state.frame.capacity > 4 << 20 { state.frame = [] }
    }

    /// Begins the next file.
    private func open(_ state: inout State) throws(DiskError) {
        let number = state.nextNumber
        if let old = state.writer, state.unsynced > 0 { state.leftUnsynced.append(old) }
        state.writer = nil
        state.writer = try FrameWriter(
            creating: "\(directory)/\(DataFiles.name(.log, number))", .log, number: number, marker: random(), on: disk)
        state.nextNumber += 1
        state.unsynced += state.writer?.count ?? 0
    }

    // MARK: Keeping

    /// Whether something was appended that only a checkpoint brings to the disk.
    var isDoubtful: Bool { state.withLock { $0.firstSound != nil } }

    /// Forces what was appended to the disk; those that append meanwhile do not wait.
    ///
    /// A system that fails to write a page may drop it, and say at the next syncing that all is well. So after a failure the log goes on in
    /// another file, and what is in those before it counts as lost until a checkpoint has written it anew from memory.
    ///
    /// Source: Rebello and others, "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
    /// - Returns: whether all of it is on the disk now; not where a syncing before this one failed, and no checkpoint has followed.
    @discardableResult
    func sync() throws(DiskError) -> Bool {
        try syncing.withLock { _ throws(DiskError) -> Bool in
            let writers = state.withLock { state -> [FrameWriter] in
                if state.unsynced == 0 { return [] }
                state.unsynced = 0
                defer { state.leftUnsynced = [] }
                return state.leftUnsynced + (state.writer.map { [$0] } ?? [])
            }
            if writers.isEmpty { return !isDoubtful }
            do throws(DiskError) {
                for writer in writers { try writer.sync() }
                try disk.syncDirectory(directory)
            } catch {
                state.withLock { state in
                    (state.writer, state.unsynced, state.leftUnsynced) = (nil, 0, [])
                    state.firstSound = state.nextNumber
                    state.figures.failures += 1
                }
                throw error
            }
            return state.withLock { state in
                state.figures.syncs += 1
                return state.firstSound == nil
            }
        }
    }

    /// Begins a new file for what follows, for a checkpoint of what was before.
    ///
    /// - Returns: the number of the new file: a start needs no file before it once the checkpoint is whole.
    func rotate() throws(DiskError) -> UInt32 {
        try state.withLock { (state) throws(DiskError) in
            try open(&state)
            return state.nextNumber - 1
        }
    }

    /// Removes the files that a checkpoint has made needless.
    func removeFiles(before number: UInt32, _ names: [String]) throws(DiskError) {
        for old in DataFiles.numbers(.log, in: names) where old < number {
            try disk.remove("\(directory)/\(DataFiles.name(.log, old))")
        }
        state.withLock { state in
            state.figures.unsettledBytes = state.writer?.count ?? 0
            // What was in them is in the checkpoint, which is synced; what was left since it began is not.
            state.leftUnsynced.removeAll { $0.number < number }
            if let first = state.firstSound, first <= number { state.firstSound = nil }
        }
    }

    func close() { state.withLock { $0.isClosed = true } }
}

extension AppendError {
    /// What a writer is told of a disk that refused.
    init(_ error: DiskError) {
        self.init(error.reason == .full ? .storageFull : .storage, "nothing was stored: \(error)")
    }
}
