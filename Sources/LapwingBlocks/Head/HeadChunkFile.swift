import LapwingSeries

/// A file of `chunks_head`: chunks that are full and not yet in a block, each with its series and its times.
///
///     ┌─────────────────┬─────────────┬────────────┬─ chunk: ──┬───────────┬─────────┬──────────────┬────────────────┬───────┬─────────┐
///     │ 01 30 BC 91 4 B │ version 1 B │ nothing 3 B│ series 8 B│ start 8 B │ end 8 B │ encoding 1 B │ length uvarint │ bytes │ CRC 4 B │
///     └─────────────────┴─────────────┴────────────┴───────────┴───────────┴─────────┴──────────────┴────────────────┴───────┴─────────┘
///
/// The highest bit of the encoding marks samples that came out of order. The file is as long as it may become, with
/// zeros behind the last chunk, until the next one is begun. So it is read once from end to end, which finds what is
/// whole, and only that much of it is mapped.
/// Source: Prometheus 3.14 `tsdb/chunks/head_chunks.go`, `docs/format/head_chunks.md`.
struct HeadChunkFile: Sendable {
    static let magic: UInt32 = 0x0130_BC91
    static let headerLength = 8
    /// Series, times, encoding, the longest length, and the checksum.
    static let frameLength = 8 + 16 + 1 + 5 + 4
    private static let windowLength = 1 << 20

    struct Chunk: Sendable {
        var reference: UInt64
        var times: ClosedRange<Int64>
        var encoding: ChunkEncoding
        var isOutOfOrder: Bool
        /// Where its bytes stand.
        var data: Range<Int>
    }

    let path: String
    private(set) var chunks: [Chunk] = []
    /// What ended the reading before the end of the file: a chunk that is not whole.
    private(set) var damage: DamagedBytes?
    private var end = HeadChunkFile.headerLength

    /// - Complexity: O(bytes of the file).
    init(_ file: OpenFile) throws(FileFault) {
        path = file.path
        var window = Window(file: file, size: try file.size())
        do throws(DamagedBytes) {
            try window.load(Self.headerLength, at: 0)
            guard window.length >= Self.headerLength else { return }
            try Self.checkHeader(window.bytes.span)
            while let chunk = try Self.next(&window, at: end) {
                if let chunk = chunk.chunk { chunks.append(chunk) }
                end = chunk.end
            }
        } catch {
            damage = error
        }
        if let fault = window.fault { throw fault }
    }

    func mapped() throws(FileFault) -> MappedFile { try MappedFile(path, limit: end) }

    private static func checkHeader(_ bytes: Span<UInt8>) throws(DamagedBytes) {
        var reader = ByteReader(bytes)
        guard try reader.fixed32() == magic else { throw DamagedBytes("it does not begin as a file of head chunks does", at: 0) }
        let version = try reader.byte()
        guard version == 1 else { throw DamagedBytes("the file has version \(version), and this program reads 1", at: 4) }
    }

    /// The chunk at a place; nil at the end of what was written.
    private static func next(_ window: inout Window, at place: Int) throws(DamagedBytes) -> (chunk: Chunk?, end: Int)? {
        try window.load(frameLength, at: place)
        if window.isZero(25) { return nil }
        let length = try frame(window.bytes.span, of: window).length
        guard length <= ChunkFiles.maximumChunkBytes else {
            throw DamagedBytes("a chunk has \(length) bytes, and at most \(ChunkFiles.maximumChunkBytes) are read", at: place)
        }
        try window.load(frameLength + length, at: place)
        return try chunk(window.bytes.span, window, place)
    }

    private struct Frame {
        var reference: UInt64
        var start: Int64
        var end: Int64
        var encoding: UInt8
        var length: Int
        /// Where the bytes begin, counted as the window is.
        var offset: Int
    }

    private static func frame(_ bytes: Span<UInt8>, of window: borrowing Window) throws(DamagedBytes) -> Frame {
        var reader = ByteReader(bytes, in: window.range)
        let reference = try reader.fixed64()
        let (start, end) = (Int64(bitPattern: try reader.fixed64()), Int64(bitPattern: try reader.fixed64()))
        let encoding = try reader.byte()
        let length = try reader.uvarint()
        return Frame(reference: reference, start: start, end: end, encoding: encoding, length: Int(clamping: length), offset: reader.offset)
    }

    private static func chunk(_ bytes: Span<UInt8>, _ window: borrowing Window, _ place: Int) throws(DamagedBytes) -> (chunk: Chunk?, end: Int) {
        let frame = try frame(bytes, of: window)
        let shift = place - window.range.lowerBound
        var reader = ByteReader(bytes, in: frame.offset..<window.range.upperBound)
        let data = try reader.skip(frame.length)
        let checksum = try reader.fixed32()
        do throws(DamagedBytes) {
            try bytes.expectChecksum(checksum, of: window.range.lowerBound..<data.upperBound, "a chunk")
        } catch {
            throw DamagedBytes(error.what, at: place)
        }
        let end = reader.offset + shift
        // As in Prometheus, a chunk of a kind that is not known is passed over; its samples are in the log too.
        guard let encoding = ChunkEncoding(rawValue: frame.encoding & 0x7f), frame.start <= frame.end else { return (nil, end) }
        let chunk = Chunk(
            reference: frame.reference, times: frame.start...frame.end, encoding: encoding, isOutOfOrder: frame.encoding & 0x80 != 0,
            data: (data.lowerBound + shift)..<(data.upperBound + shift))
        return (chunk, end)
    }

    /// Part of the file, in memory.
    private struct Window {
        let file: OpenFile
        let size: Int
        var bytes: [UInt8] = []
        /// Where `bytes` stand in the file.
        private var start = 0
        /// What was asked for, in `bytes`.
        private(set) var range = 0..<0
        private(set) var fault: FileFault?

        init(file: OpenFile, size: Int) {
            self.file = file
            self.size = size
        }

        var length: Int { range.count }

        /// Sees to it that so many bytes from a place on are there, as far as the file has them.
        mutating func load(_ count: Int, at place: Int) throws(DamagedBytes) {
            if place < start || place + count > start + bytes.count, start + bytes.count < size || place < start {
                do throws(FileFault) {
                    try file.read(max(count, HeadChunkFile.windowLength), at: place, into: &bytes)
                } catch {
                    fault = error
                    throw DamagedBytes(error.what, at: place)
                }
                start = place
            }
            let lower = min(place - start, bytes.count)
            range = lower..<min(lower + count, bytes.count)
        }

        func isZero(_ count: Int) -> Bool {
            bytes[range].prefix(count).allSatisfy { $0 == 0 }
        }
    }
}
