import LapwingSeries

/// A sink in front of another that hands large batches on in pieces: while one is stored others wait, and rules with them.
///
/// So a query may see a part of what a sender has sent at once, which a scrape's samples never are.
struct PiecewiseSink: SampleSink {
    let sink: any SampleSink

    /// Samples that are stored at once: some 3 ms.
    static let samplesAtOnce = 16_384

    func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] { try sink.references(for: labels) }

    @discardableResult
    func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] {
        if batch.count <= Self.samplesAtOnce { return try sink.append(batch) }
        var refused: [RefusedSample] = []
        for start in stride(from: 0, to: batch.series.count, by: Self.samplesAtOnce) {
            refused += try append(batch.floats(start..<min(start + Self.samplesAtOnce, batch.series.count)), numberedFrom: start)
        }
        for start in stride(from: 0, to: batch.histogramSeries.count, by: Self.samplesAtOnce) {
            let piece = batch.histograms(start..<min(start + Self.samplesAtOnce, batch.histogramSeries.count))
            refused += try append(piece, numberedFrom: batch.series.count + start)
        }
        return refused
    }

    private func append(_ piece: SampleBatch, numberedFrom first: Int) throws(AppendError) -> [RefusedSample] {
        try sink.append(piece).map { RefusedSample(index: $0.index + first, reason: $0.reason) }
    }
}

extension SampleBatch {
    fileprivate func floats(_ rows: Range<Int>) -> SampleBatch {
        var piece = SampleBatch()
        (piece.series, piece.times, piece.values) = (Array(series[rows]), Array(times[rows]), Array(values[rows]))
        if !startTimes.isEmpty { piece.startTimes = Array(startTimes[rows]) }
        return piece
    }

    fileprivate func histograms(_ rows: Range<Int>) -> SampleBatch {
        var piece = SampleBatch()
        piece.histogramSeries = Array(histogramSeries[rows])
        (piece.histogramTimes, piece.histograms) = (Array(histogramTimes[rows]), Array(histograms[rows]))
        if !histogramStartTimes.isEmpty { piece.histogramStartTimes = Array(histogramStartTimes[rows]) }
        return piece
    }
}
