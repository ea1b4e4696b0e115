public import LapwingDisk
public import LapwingSeries
import Synchronization

extension Store {
    /// Opens the store of a directory, which is made when it is not there, and takes it for this process.
    ///
    /// - Parameter random: marks files; not for secrets.
    /// - Returns: the store with all that was accepted before, and what was found, damage included.
    /// - Throws: `StorageError` when another process has the directory, a newer program wrote it, or it cannot be read.
    public static func open(
        _ directory: String, on disk: any Disk = SystemDisk(), options: StoreOptions = StoreOptions(),
        durability: DurabilityOptions = DurabilityOptions(), random: @escaping @Sendable () -> UInt32 = { .random(in: 1 ... .max) }
    ) throws(StorageError) -> (store: Store, report: RecoveryReport) {
        let start = ContinuousClock.now
        let lock: any Sendable
        do {
            try disk.createDirectory(directory)
            lock = try disk.lock("\(directory)/\(DataFiles.lock)")
        } catch {
            throw StorageError(error)
        }
        var recovery = Recovery(directory, on: disk, durability)
        let index = try recovery.run(limits: options.limits)
        let journal = Journal(
            directory, on: disk, nextNumber: recovery.nextLog, unsettledBytes: recovery.unsettledBytes, notes: recovery.notes, random: random)
        let kept = Durability(journal, durability, lock: lock, files: recovery.files, random: random)
        let store = Store(options: options, recovery.state, index, kept)
        var report = recovery.report
        report.duration = ContinuousClock.now - start
        return (store, report)
    }

    /// Whether a directory looks like one of a store's.
    public static func isData(_ directory: String, on disk: any Disk = SystemDisk()) -> Bool {
        guard let names = try? disk.list(directory) else { return false }
        return [FrameFormat.Kind.log, .checkpoint, .segment].contains { !DataFiles.numbers($0, in: names).isEmpty }
    }

    /// What a directory holds now, for reading alone: nothing is changed, and another process may be writing there.
    ///
    /// - Throws: as `open`, but not for a directory that is in use.
    public static func read(
        _ directory: String, on disk: any Disk = SystemDisk(), limits: StoreLimits = StoreLimits()
    ) throws(StorageError) -> (store: Store, report: RecoveryReport) {
        // A checkpoint may take the place of files between listing and opening them.
        for _ in 0..<10 {
            do {
                return try open(directory, on: ReadOnlyDisk(disk), options: StoreOptions(limits: limits))
            } catch where error.kind == .missing {
                continue
            }
        }
        return try open(directory, on: ReadOnlyDisk(disk), options: StoreOptions(limits: limits))
    }

    /// Ends taking samples and puts all of them into a checkpoint, so that the next start is short.
    ///
    /// - Throws: `StorageError` when the checkpoint cannot be written; the log has everything then too.
    public func close() throws(StorageError) {
        guard let durability else { return }
        durability.journal.close()
        do throws(StorageError) {
            try checkpoint()
        } catch {
            // Where it is the log that could not be synced, a checkpoint writes anew what may be lost of it.
            guard durability.journal.isDoubtful else { throw error }
            try checkpoint()
        }
    }
}

/// Notes are kept in the log and in every checkpoint, for what must survive as samples do: the state of alerts, what is still to be told.
/// A store in memory alone keeps none.
extension Store: NoteKeeper {
    public func setNotes(_ notes: [Note]) throws(AppendError) {
        guard let durability, !notes.isEmpty else { return }
        try durability.journal.setNotes(notes.map { (Array($0.key.utf8), $0.value) })
        if durability.options.syncInterval == .zero { try syncNotes() }
    }

    public func notes(beginning prefix: String) -> [Note] {
        let start = Array(prefix.utf8)
        let found = (durability?.journal.notes ?? [:]).filter { $0.key.starts(with: start) }
        return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { Note(String(decoding: $0.key, as: UTF8.self), $0.value) }
    }

    public func syncNotes() throws(AppendError) {
        do throws(StorageError) {
            try sync()
        } catch {
            throw AppendError(error.kind == .full ? .storageFull : .storage, "nothing was stored: \(error.message)")
        }
    }
}
