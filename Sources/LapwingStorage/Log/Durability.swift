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
    /// Held while a checkpoint is written, so that there is one at a time; nobody else waits for it.
    let checkpointing = Mutex(())

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

/// What the bytes of `SegmentChunk.flags` mean here.
enum ChunkFlags {
    static let histograms: UInt8 = 1
    /// The samples lay open.
    static let open: UInt8 = 2
}

/// The records of a checkpoint beside its chunks.
enum CheckpointRecord {
    static let manifest: UInt8 = 16
    static let note: UInt8 = 17
}

/// What a checkpoint says of the files around it.
struct Manifest: Sendable, Equatable {
    /// The first log file whose records are not all in the checkpoint.
    var firstLog: UInt32
    /// Segments with this number or above belong to a checkpoint that was not finished.
    var nextSegment: UInt32
    /// Above the numbers of all series.
    var nextSeries: UInt32

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for number in [firstLog, nextSegment, nextSeries] { bytes.appendNumber(UInt64(number)) }
        return bytes
    }

    init(firstLog: UInt32, nextSegment: UInt32, nextSeries: UInt32) {
        self.firstLog = firstLog
        self.nextSegment = nextSegment
        self.nextSeries = nextSeries
    }

    init?(_ bytes: [UInt8]) {
        let numbers = FileBytes(bytes).withBytes { bytes -> [UInt32] in
            var reader = ByteReader(bytes, 0..<bytes.count)
            return (0..<3).compactMap { _ in (try? reader.varint()).flatMap { UInt32(exactly: $0) } }
        }
        guard numbers.count == 3 else { return nil }
        self.init(firstLog: numbers[0], nextSegment: numbers[1], nextSeries: numbers[2])
    }
}
