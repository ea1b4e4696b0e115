import LapwingDisk
import LapwingSeries
import Synchronization

/// What a store that lives in a directory has beside its memory.
final class Durability: Sendable {
    let journal: Journal
    let options: DurabilityOptions
    let directory: String
    let disk: any Disk
    private let lock: any Sendable
    let random: @Sendable () -> UInt32

    /// A segment that is there.
    struct Segment: Sendable {
        var number: UInt32
        var bytes: Int
        /// The time of its newest sample.
        var latest: Int64
        /// What chunks are mapped from; nil for a file that could not be opened again when it was written.
        var file: FileBytes?
        /// Whether its bytes have been compared with their checksums.
        var isVerified = false
    }

    /// The files beside the log.
    struct Files: Sendable {
        var segments: [Segment] = []
        var nextSegment: UInt32 = 1
        var checkpoint: UInt32 = 0
        var checkpointBytes = 0
        /// Names that are set aside once a checkpoint has replaced them.
        var damaged: [String] = []
        /// Whether the next checkpoint should not wait for the log to grow.
        var isDue = false
    }

    let files: Mutex<Files>
    /// Who is told of checkpoints; held while one is written, so that there is one at a time, for which nobody else waits.
    let checkpointing = Mutex<Store.CheckpointListener?>(nil)

    init(
        _ journal: Journal, _ options: DurabilityOptions, lock: any Sendable, files: sending Files, random: @escaping @Sendable () -> UInt32
    ) {
        self.journal = journal
        self.options = options
        self.lock = lock
        self.random = random
        directory = journal.directory
        disk = journal.disk
        self.files = Mutex(files)
    }

    func path(_ kind: FrameFormat.Kind, _ number: UInt32) -> String { "\(directory)/\(DataFiles.name(kind, number))" }
}
