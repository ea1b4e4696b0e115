import LapwingSeries

/// Samples of one series over a stretch of time, compressed and never changed again; floats or histograms.
struct SealedChunk: Sendable {
    enum Kind: UInt8, Sendable {
        case floats, histograms
    }

    let kind: Kind
    let count: Int
    let startTime: Int64
    let endTime: Int64
    let plain: SampleColumns

    /// - Parameter columns: either floats or histograms, at least one.
    init(_ columns: SampleColumns) {
        plain = columns
        kind = columns.times.isEmpty ? .histograms : .floats
        count = columns.count
        startTime = columns.times.first ?? columns.histogramTimes.first ?? 0
        endTime = columns.times.last ?? columns.histogramTimes.last ?? 0
    }

    var byteCount: Int { count * 16 }

    /// Appends all samples to `columns`.
    func decode(into columns: inout SampleColumns) throws(ReadError) { columns.append(plain) }
}
