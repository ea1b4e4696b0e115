import LapwingSeries

/// Spans of time that were deleted, by series.
///
///     ┌─────────────────┬─────────────┬──────────────────────────────────────────┬─ … ─┬──────────┐
///     │ 01 30 BA 30 4 B │ version 1 B │ series uvarint, start varint, end varint │     │ CRC 4 B  │
///     └─────────────────┴─────────────┴──────────────────────────────────────────┴─ … ─┴──────────┘
///
/// Source: Prometheus 3.14 `tsdb/tombstones/tombstones.go`, `docs/format/tombstones.md`.
struct Tombstones: Sendable {
    static let magic: UInt32 = 0x0130_BA30

    private var spans: [UInt64: [ClosedRange<Int64>]] = [:]

    init() {}

    init(_ bytes: Span<UInt8>) throws(DamagedBytes) {
        guard bytes.count >= 9 else { throw DamagedBytes("tombstones take 9 bytes at least, and \(bytes.count) are there", at: 0) }
        var header = ByteReader(bytes)
        guard try header.fixed32() == Self.magic else { throw DamagedBytes("it does not begin as tombstones do", at: 0) }
        let version = try header.byte()
        guard version == 1 else { throw DamagedBytes("tombstones have version \(version), and this program reads 1", at: 4) }
        let body = header.offset..<(bytes.count - 4)
        var seal = ByteReader(bytes, in: body.upperBound..<bytes.count)
        try bytes.expectChecksum(try seal.fixed32(), of: body, "the tombstones")
        var reader = ByteReader(bytes, in: body)
        while !reader.isAtEnd {
            let series = try reader.uvarint()
            let (start, end) = (try reader.varint(), try reader.varint())
            add(series, start, end)
        }
    }

    mutating func add(_ series: UInt64, _ start: Int64, _ end: Int64) {
        if start <= end { spans[series, default: []].append(start...end) }
    }

    /// In no order; they may overlap.
    func spans(of series: UInt64) -> [ClosedRange<Int64>] { spans.isEmpty ? [] : spans[series] ?? [] }
}
