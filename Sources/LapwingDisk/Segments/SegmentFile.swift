// Reads the index in mapped bytes through `ByteReader`, which checks each offset.

/// A segment or checkpoint that is open: mapped, its index checked as it is read.
public final class SegmentFile: Sendable {
    public let path: String
    public let bytes: FileBytes
    public let number: UInt32
    public let series: Int
    public let chunks: Int
    /// The span of its samples; empty, the first beyond the second, when there are none.
    public let earliest: Int64
    public let latest: Int64
    private let kind: FrameFormat.Kind
    /// Where the index begins; nil when the end frame cannot be read, and the frames have to be searched for it.
    private let firstIndex: Int?

    /// - Throws: `FormatError` for a file that is none or of another version, `DiskError` for one that cannot be opened.
    public init(_ path: String, _ kind: FrameFormat.Kind, on disk: any Disk) throws {
        bytes = try disk.map(path)
        self.path = path
        self.kind = kind
        let reader = try FrameReader(bytes, name: path, kind)
        number = reader.number
        var end: [Int64] = []
        var tail = reader
        tail.move(to: bytes.count - SegmentFormat.endFrameBytes)
        if let payload = tail.next(), payload.count == SegmentFormat.endBytes, tail.damages == reader.damages {
            end = bytes.withBytes { bytes in
                var reader = ByteReader(bytes, payload)
                guard (try? reader.byte()) == SegmentFormat.end else { return [] }
                return (0..<5).compactMap { _ in (try? reader.fixed(8)).map { Int64(bitPattern: $0) } }
            }
        }
        firstIndex = end.count == 5 ? Int(end[0]) : nil
        series = end.count == 5 ? Int(clamping: end[1]) : 0
        chunks = end.count == 5 ? Int(clamping: end[2]) : 0
        earliest = end.count == 5 ? end[3] : .min
        latest = end.count == 5 ? end[4] : .max
    }

    /// Hands out every series of the index, and every record of its writer's.
    ///
    /// - Returns: what could not be read of the index, and of all frames where the end frame is damaged.
    /// - Complexity: O(series + chunks); the data stays where it is.
    public func forEach(
        series body: (SegmentSeries) -> Void, record: (_ kind: UInt8, _ bytes: [UInt8]) -> Void = { _, _ in }
    ) -> [FrameDamage] {
        guard var reader = try? FrameReader(bytes, name: path, kind) else { return [] }
        var malformed: [FrameDamage] = []
        if let firstIndex { reader.move(to: firstIndex) }
        while let payload = reader.next() {
            do {
                try bytes.withBytes { bytes throws(ByteReader.Malformed) in
                    var fields = ByteReader(bytes, payload)
                    let kind = try fields.byte()
                    if kind == SegmentFormat.index { try Self.readIndex(&fields, bytes.count, body) }
                    if kind >= SegmentFormat.firstRecord { record(kind, try fields.copy(payload.count - 1)) }
                }
            } catch {
                malformed.append(FrameDamage(bytes: payload, frames: 1, isTail: false))
            }
        }
        if firstIndex == nil, reader.damages.isEmpty {
            malformed.append(FrameDamage(bytes: bytes.count..<bytes.count, frames: 1, isTail: true))
        }
        return reader.damages + malformed
    }

    private static func readIndex(
        _ fields: inout ByteReader, _ fileBytes: Int, _ body: (SegmentSeries) -> Void
    ) throws(ByteReader.Malformed) {
        var key: [UInt8] = []
        var last = SegmentChunk(flags: 0, count: 0, start: 0, end: 0, times: 0..<0, samples: 0..<0)
        while !fields.isAtEnd {
            guard let id = UInt32(exactly: try fields.varint()) else { throw .init(offset: fields.offset) }
            let common = try fields.number()
            guard common <= key.count else { throw .init(offset: fields.offset) }
            key.removeSubrange(common...)
            key += try fields.copy(try fields.count())
            var chunks: [SegmentChunk] = []
            for _ in 0..<(try fields.count(bytesEach: 7)) {
                last = try readChunk(&fields, after: last, fileBytes)
                chunks.append(last)
            }
            body(SegmentSeries(id: id, key: key, chunks: chunks))
        }
    }

    private static func readChunk(
        _ fields: inout ByteReader, after last: SegmentChunk, _ fileBytes: Int
    ) throws(ByteReader.Malformed) -> SegmentChunk {
        let flags = try fields.byte()
        let count = try fields.number()
        let start = last.start &+ (try fields.zigzag())
        let end = start &+ Int64(bitPattern: try fields.varint())
        let step = try fields.zigzag()
        let timesCount = step == 0 ? last.times.count : try fields.number()
        let samplesStep = try fields.zigzag()
        let samplesCount = try fields.number()
        guard end >= start, let times = range(last.times.lowerBound, step, timesCount, fileBytes),
            let samples = range(last.samples.upperBound, samplesStep, samplesCount, fileBytes)
        else { throw .init(offset: fields.offset) }
        return SegmentChunk(flags: flags, count: count, start: start, end: end, times: times, samples: samples)
    }

    /// A place in the file, or nil where there is none.
    private static func range(_ base: Int, _ step: Int64, _ count: Int, _ fileBytes: Int) -> Range<Int>? {
        let (start, overflow) = base.addingReportingOverflow(Int(step))
        guard !overflow, start >= 0, count >= 0, start <= fileBytes, count <= fileBytes - start else { return nil }
        return start..<start + count
    }

    /// Reads every frame, the data too.
    ///
    /// - Returns: what is damaged; chunks that lie there, even in part, should not be used.
    /// - Complexity: O(bytes).
    public func verify() -> [FrameDamage] {
        guard var reader = try? FrameReader(bytes, name: path, kind) else { return [] }
        while reader.next() != nil {}
        return reader.damages
    }
}
