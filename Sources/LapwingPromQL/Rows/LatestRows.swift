import LapwingSeries

/// The newest sample of each series at each step.
final class LatestRows: RowOperator {
    /// Rows that one-step selectors read at a time.
    private static let readAhead = 256

    private let node: LatestNode
    private let series: any SeriesSet
    private var window: WindowScratch
    /// The newest samples of the rows that were read ahead, where there is one step.
    private var latest = LatestSamples()
    private var rowsAhead = 0..<0

    init(_ node: LatestNode) {
        self.node = node
        series = node.series
        window = WindowScratch(node.frame)
    }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        // Whether a counter began anew is known only beside the sample before.
        if row.stepCount == 1, !node.readsHistogramCounts {
            if !rowsAhead.contains(index) { try readAhead(from: index, &tally) }
            return row.take(latest, index - rowsAhead.lowerBound, node.reading)
        }
        do {
            try series.read(index, over: node.range, into: &window.columns)
        } catch {
            throw .storage(error.message)
        }
        tally.samplesRead += window.columns.count
        if node.readsHistogramCounts { window.columns.reduceToHistogramCounts() }
        window.updateBounds()
        if window.columns.histogramTimes.isEmpty {
            fillLatestFloats(&row.values, window, node.reading)
            if !row.histograms.isEmpty { row.histograms = [:] }
        } else {
            fillLatestMixed(&row, window, node.reading)
        }
    }

    /// One step needs no columns: the source finds its newest samples by itself, many at a time.
    private func readAhead(from index: Int, _ tally: inout RowTally) throws(QueryError) {
        let rows = index..<min(index + Self.readAhead, series.count)
        do {
            try series.readLatest(rows, over: node.range, into: &latest)
        } catch {
            throw .storage(error.message)
        }
        rowsAhead = rows
        tally.samplesRead += rows.count
    }
}
