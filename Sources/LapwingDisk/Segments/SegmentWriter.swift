/// Writes a segment or a checkpoint: blocks as they come, and the index of them behind.
///
/// Keys should ascend: neighbours then share their beginnings.
public struct SegmentWriter: Sendable {
    /// What a file's name ends in until it is whole.
    public static let unfinishedSuffix = ".new"

    /// Blocks of times that are remembered so that chunks can name them again.
    static let rememberedTimes = 4096

    private let path: String
    private let directory: String
    private let disk: any Disk
    private var frames: FrameWriter
    private var data = Self.emptyFrame(SegmentFormat.data)
    private var index = IndexEncoder()
    private var finishedIndex: [[UInt8]] = []
    private var records: [[UInt8]] = []
    private var places: [[UInt8]: Range<Int>] = [:]
    private var series = 0
    private var chunks = 0
    private var earliest = Int64.max
    private var latest = Int64.min

    /// - Parameter marker: a random number.
    public init(
        _ path: String, in directory: String, _ kind: FrameFormat.Kind, number: UInt32, marker: UInt32, on disk: any Disk
    ) throws(DiskError) {
        self.path = path
        self.directory = directory
        self.disk = disk
        frames = try FrameWriter(creating: path + Self.unfinishedSuffix, kind, number: number, marker: marker, on: disk)
    }

    /// Begins the next series, whose chunks follow.
    public mutating func beginSeries(id: UInt32, key: [UInt8], chunks: Int) {
        if index.bytes.count >= SegmentFormat.indexFrameBytes {
            finishedIndex.append(index.bytes)
            index = IndexEncoder()
        }
        index.begin(id, key, chunks)
        series += 1
    }

    /// Adds a chunk to the series that was begun last.
    public mutating func append(
        flags: UInt8, count: Int, start: Int64, end: Int64, times: [UInt8], samples: [UInt8]
    ) throws(DiskError) {
        let timesPlace: Range<Int>
        if let place = places[times] {
            timesPlace = place
        } else {
            timesPlace = try place(times)
            if places.count >= Self.rememberedTimes { places.removeAll(keepingCapacity: true) }
            places[times] = timesPlace
        }
        let samplesPlace = try place(samples)
        index.append(
            SegmentChunk(flags: flags, count: count, start: start, end: end, times: timesPlace, samples: samplesPlace))
        chunks += 1
        earliest = min(earliest, start)
        latest = max(latest, end)
    }

    /// Adds a record of the writer's own kind, from 16 on.
    public mutating func append(record kind: UInt8, _ bytes: [UInt8]) {
        precondition(kind >= SegmentFormat.firstRecord, "kinds below 16 are the segment's own")
        records.append(Self.emptyFrame(kind) + bytes)
    }

    /// Writes the index and gives the file its name; it is on the disk when this returns.
    ///
    /// - Returns: the bytes of the file.
    public mutating func finish() throws(DiskError) -> Int {
        try flushData()
        finishedIndex.append(index.bytes)
        let firstIndex = frames.count
        for bytes in finishedIndex + records {
            var frame = bytes
            try frames.append(&frame)
        }
        var end = Self.emptyFrame(SegmentFormat.end)
        for number in [Int64(firstIndex), Int64(series), Int64(chunks), earliest, latest] {
            end.appendFixed(UInt64(bitPattern: number), 8)
        }
        try frames.append(&end)
        try frames.sync()
        try disk.rename(path + Self.unfinishedSuffix, to: path)
        try disk.syncDirectory(directory)
        return frames.count
    }

    /// Puts a block into the frame that is being filled.
    private mutating func place(_ block: [UInt8]) throws(DiskError) -> Range<Int> {
        if data.count >= SegmentFormat.dataFrameBytes { try flushData() }
        let start = frames.count + data.count
        data.append(contentsOf: block)
        return start..<start + block.count
    }

    private mutating func flushData() throws(DiskError) {
        guard data.count > FrameFormat.frameHeaderBytes + 1 else { return }
        try frames.append(&data)
        data.removeSubrange((FrameFormat.frameHeaderBytes + 1)...)
    }

    static func emptyFrame(_ kind: UInt8) -> [UInt8] {
        [UInt8](repeating: 0, count: FrameFormat.frameHeaderBytes) + [kind]
    }
}

/// One frame of an index as it grows.
private struct IndexEncoder: Sendable {
    var bytes = SegmentWriter.emptyFrame(SegmentFormat.index)
    private var key: [UInt8] = []
    private var start: Int64 = 0
    private var times = 0
    private var end = 0

    mutating func begin(_ id: UInt32, _ key: [UInt8], _ chunks: Int) {
        var common = 0
        while common < min(key.count, self.key.count), key[common] == self.key[common] { common += 1 }
        bytes.appendNumber(UInt64(id))
        bytes.appendNumber(common)
        bytes.appendNumber(key.count - common)
        bytes.append(contentsOf: key[common...])
        bytes.appendNumber(chunks)
        self.key = key
    }

    mutating func append(_ chunk: SegmentChunk) {
        bytes.append(chunk.flags)
        bytes.appendNumber(chunk.count)
        bytes.appendSigned(chunk.start &- start)
        bytes.appendNumber(UInt64(bitPattern: chunk.end &- chunk.start))
        bytes.appendSigned(Int64(chunk.times.lowerBound - times))
        if chunk.times.lowerBound != times { bytes.appendNumber(chunk.times.count) }
        bytes.appendSigned(Int64(chunk.samples.lowerBound - end))
        bytes.appendNumber(chunk.samples.count)
        start = chunk.start
        times = chunk.times.lowerBound
        end = chunk.samples.upperBound
    }
}
