import LapwingSeries

/// A series in an index: its labels as numbers of symbols, and its chunks with their times.
///
///     ┌────────────────┬──────────────┬──────────────────┬─ … ─┬──────────────┬─ … ─┬───────────┐
///     │ length uvarint │ label count  │ name, value      │     │ chunk count  │     │ CRC 4 B   │
///     └────────────────┴──────────────┴──────────────────┴─ … ─┴──────────────┴─ … ─┴───────────┘
///     chunk: start, end - start, reference; of all but the first as differences from the chunk before
///
/// Source: Prometheus 3.14 `tsdb/index/index.go`, `Decoder.Series`.
struct SeriesEntry: ~Escapable {
    private let index: IndexFile
    private let bytes: Span<UInt8>
    private var reader: ByteReader
    private var labelCount: Int

    @_lifetime(copy bytes)
    init(_ index: IndexFile, _ bytes: Span<UInt8>, _ series: UInt32) throws(DamagedBytes) {
        self.index = index
        self.bytes = bytes
        let place = index.place(of: series)
        guard place > 0, place < bytes.count else {
            throw DamagedBytes("a series should stand at \(place), and the file has \(bytes.count) bytes", at: 0)
        }
        var frame = ByteReader(bytes, in: place..<bytes.count)
        let range = try frame.skip(try frame.count(of: "bytes of a series"))
        try bytes.expectChecksum(try frame.fixed32(), of: range, "a series")
        reader = ByteReader(bytes, in: range)
        labelCount = try reader.count(of: "labels", atLeast: 2)
    }

    /// Reads the labels, which come first.
    @_lifetime(self: copy self)
    mutating func readLabels(_ encoder: inout Labels.Encoder) throws(DamagedBytes) -> Labels {
        for _ in 0..<labelCount {
            let offset = reader.offset
            let name = try index.symbols.text(try reader.uvarint(), in: bytes, at: offset)
            let value = try index.symbols.text(try reader.uvarint(), in: bytes, at: offset)
            encoder.append(name: bytes.extracting(name), value: bytes.extracting(value))
        }
        labelCount = 0
        return encoder.finish()
    }

    /// Hands the chunks to `body`, in ascending order of their times, until it returns false.
    @_lifetime(self: copy self)
    mutating func readChunks(_ body: (ClosedRange<Int64>, _ reference: UInt64) -> Bool) throws(DamagedBytes) {
        while labelCount > 0 {
            _ = try reader.uvarint()
            _ = try reader.uvarint()
            labelCount -= 1
        }
        var (end, reference): (Int64, UInt64) = (0, 0)
        for chunk in 0..<(try reader.count(of: "chunks", atLeast: 3)) {
            let offset = reader.offset
            let start = chunk == 0 ? try reader.varint() : end &+ Int64(bitPattern: try reader.uvarint())
            end = start &+ Int64(bitPattern: try reader.uvarint())
            reference = chunk == 0 ? try reader.uvarint() : reference &+ UInt64(bitPattern: try reader.varint())
            guard start <= end else { throw DamagedBytes("a chunk ends at \(end), before it begins at \(start)", at: offset) }
            if !body(start...end, reference) { return }
        }
    }
}
