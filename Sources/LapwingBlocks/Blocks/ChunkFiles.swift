import LapwingSeries
import LapwingSystem

/// The chunks of a block: files of up to 512 MiB, mapped.
///
///     ┌─────────────────┬─────────────┬────────────┬─ chunk: ───────┬──────────────┬───────┬─────────┬─ … ─┐
///     │ 85 BD 40 DD 4 B │ version 1 B │ nothing 3 B│ length uvarint │ encoding 1 B │ bytes │ CRC 4 B │     │
///     └─────────────────┴─────────────┴────────────┴────────────────┴──────────────┴───────┴─────────┴─ … ─┘
///
/// A chunk is named by the number of its file, from 0, and its place there, 32 bits each.
/// Source: Prometheus 3.14 `tsdb/chunks/chunks.go`, `docs/format/chunks.md`.
struct ChunkFiles: Sendable {
    static let magic: UInt32 = 0x85BD_40DD
    /// Prometheus cuts chunks of floats at 1 KiB; histograms of thousands of buckets take some hundred.
    static let maximumChunkBytes = 16 << 20

    private let files: [MappedFile]

    init(folder: String) throws(FileFault) {
        var files: [MappedFile] = []
        for name in try Folder.numbered(folder) { files.append(try MappedFile("\(folder)/\(name.text)")) }
        self.files = files
    }

    /// Adds the samples of a chunk that lie in `times`, after comparing its checksum.
    func decode(_ reference: UInt64, in times: ClosedRange<Int64>, into columns: inout SampleColumns) throws(ReadError) {
        let (number, place) = (Int(reference >> 32), Int(reference & 0xffff_ffff))
        guard number < files.count else {
            throw ReadError("an index names chunk file \(number + 1), and the block has \(files.count); \(DamagedBytes.remedy)")
        }
        let file = files[number]
        do throws(DamagedBytes) {
            try Self.decode(file.bytes, at: place, in: times, into: &columns)
        } catch {
            throw error.inFile(file.path)
        }
    }

    private static func decode(
        _ bytes: Span<UInt8>, at place: Int, in times: ClosedRange<Int64>, into columns: inout SampleColumns
    ) throws(DamagedBytes) {
        var header = ByteReader(bytes, in: 0..<bytes.count)
        guard try header.fixed32() == magic else { throw DamagedBytes("it does not begin as a file of chunks does", at: 0) }
        let version = try header.byte()
        guard version == 1 else { throw DamagedBytes("the file has version \(version), and this program reads 1", at: 4) }
        guard place >= 8, place < bytes.count else {
            throw DamagedBytes("a chunk should stand at \(place), and the file has \(bytes.count) bytes", at: 0)
        }
        var reader = ByteReader(bytes, in: place..<bytes.count)
        let length = try reader.count(of: "bytes of a chunk")
        guard length <= maximumChunkBytes else {
            throw DamagedBytes("a chunk has \(length) bytes, and at most \(maximumChunkBytes) are read", at: place)
        }
        let start = reader.offset
        let encoding = try ChunkEncoding.named(try reader.byte(), at: start)
        let data = try reader.skip(length)
        try bytes.expectChecksum(try reader.fixed32(), of: start..<data.upperBound, "a chunk")
        try encoding.decode(bytes, data, in: times, into: &columns)
    }
}
