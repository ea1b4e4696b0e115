import LapwingSeries

/// Samples of one series over a stretch of time, compressed and never changed again; floats or histograms.
///
/// `ChunkFormat` shows the bytes.
struct SealedChunk: Sendable {
    enum Kind: UInt8, Sendable {
        case floats, histograms
    }

    let startTime: Int64
    let endTime: Int64
    /// The block of times, which series of one scrape share.
    let times: ChunkBytes
    let samples: ChunkBytes
    private let samplesHeld: UInt32
    let kind: Kind

    var count: Int { Int(samplesHeld) }

    /// - Parameter columns: either floats or histograms, at least one and at most `ChunkFormat.maximumCount`.
    init(_ columns: SampleColumns, _ encoder: inout ChunkEncoder) {
        kind = columns.times.isEmpty ? .histograms : .floats
        let column = columns.times.isEmpty ? columns.histogramTimes : columns.times
        samplesHeld = UInt32(column.count)
        startTime = column.first ?? 0
        endTime = column.last ?? 0
        times = .held(encoder.timeBlock(column))
        samples = .held(encoder.sampleBlock(columns, kind))
    }

    /// Bytes of both blocks with their arrays' headers, or of the samples alone where somebody else counts the times.
    func byteCount(withTimes: Bool) -> Int { samples.heldBytes + (withTimes ? times.heldBytes : 0) }

    /// A chunk as it was written, which may be damaged.
    init(kind: Kind, count: Int, startTime: Int64, endTime: Int64, times: ChunkBytes, samples: ChunkBytes) {
        self.kind = kind
        samplesHeld = UInt32(clamping: count)
        self.startTime = startTime
        self.endTime = endTime
        self.times = times
        self.samples = samples
    }
}
