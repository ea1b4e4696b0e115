import LapwingSeries

/// How a chunk's samples are written. Source: Prometheus 3.14 `tsdb/chunkenc/chunk.go`, `docs/format/chunks.md`.
enum ChunkEncoding: UInt8, Sendable {
    case xor = 1
    case histogram = 2
    case floatHistogram = 3
    /// 3.14: XOR with shared control bits and start times.
    case xor2 = 4
    /// 3.14: as `histogram`, with start times.
    case histogramWithStarts = 5
    case floatHistogramWithStarts = 6

    /// Adds the samples of a chunk that lie in `times` to `columns`, in ascending order of time.
    ///
    /// - Parameter data: the place of the chunk in `bytes`, without encoding and checksum.
    /// - Complexity: O(samples up to the end of `times`); XOR about 3 ns each.
    func decode(
        _ bytes: Span<UInt8>, _ data: Range<Int>, in times: ClosedRange<Int64>, into columns: inout SampleColumns
    ) throws(DamagedBytes) {
        switch self {
        case .xor: try XORChunk.decode(bytes, data, in: times, into: &columns)
        case .xor2: try XOR2Chunk.decode(bytes, data, in: times, into: &columns)
        case .histogram, .floatHistogram, .histogramWithStarts, .floatHistogramWithStarts:
            var decoder = try HistogramChunk(self, bytes, data)
            try decoder.decode(in: times, into: &columns)
        }
    }

    static func named(_ byte: UInt8, at offset: Int) throws(DamagedBytes) -> ChunkEncoding {
        guard let encoding = ChunkEncoding(rawValue: byte) else {
            throw DamagedBytes("a chunk has the encoding \(byte), and this program reads 1 to 6", at: offset)
        }
        return encoding
    }
}
