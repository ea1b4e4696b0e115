import LapwingSeries
import LapwingText

/// What makes chunks, with memory that is used again and the blocks of times that were made last.
struct ChunkEncoder: Sendable {
    /// How many blocks of times are remembered: one for each target whose series are sealed by turns.
    static let rememberedBlocks = 32

    private var bytes: [UInt8] = []
    private var scratch: [Int64] = []
    private var recent: [(times: [Int64], block: [UInt8])] = []
    private var oldest = 0

    init() {}

    /// The times of a chunk; the same array for the same times, as long as they are remembered.
    mutating func timeBlock(_ times: [Int64]) -> [UInt8] {
        for entry in recent
        where entry.times.count == times.count && entry.times.last == times.last && entry.times == times {
            return entry.block
        }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(ChunkFormat.version)
        bytes.appendVarint(UInt64(times.count))
        IntegerColumn.encode(times, [.line, .deltas, .deltasOfDeltas], into: &bytes, &scratch)
        let block = bytes.exactCopy()
        if recent.count < Self.rememberedBlocks {
            recent.append((times, block))
        } else {
            recent[oldest] = (times, block)
            oldest = (oldest + 1) % Self.rememberedBlocks
        }
        return block
    }

    /// All that a chunk holds but its times.
    mutating func sampleBlock(_ columns: SampleColumns, _ kind: SealedChunk.Kind) -> [UInt8] {
        let starts = kind == .floats ? columns.startTimes : columns.histogramStartTimes
        bytes.removeAll(keepingCapacity: true)
        bytes.append(ChunkFormat.version)
        bytes.append(kind.rawValue | (starts.isEmpty ? 0 : ChunkFormat.hasStartTimes))
        bytes.appendVarint(UInt64(columns.count))
        if !starts.isEmpty {
            IntegerColumn.encode(starts, [.deltas, .values, .line], into: &bytes, &scratch)
        }
        switch kind {
        case .floats: FloatColumn.encode(columns.values, into: &bytes, &scratch)
        case .histograms: HistogramRuns.encode(columns.histograms, into: &bytes, &scratch)
        }
        return bytes.exactCopy()
    }
}
