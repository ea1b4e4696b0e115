import LapwingDisk

/// What the bytes of `SegmentChunk.flags` mean here.
enum ChunkFlags {
    static let histograms: UInt8 = 1
    /// The samples lay open.
    static let open: UInt8 = 2
}

/// The records of a checkpoint or segment beside its chunks.
enum CheckpointRecord {
    static let manifest: UInt8 = 16
    static let note: UInt8 = 17
    /// As `SummaryRecord` has it.
    static let summaries: UInt8 = 18
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
