import LapwingSeries

/// The newest sample of each series at each step.
final class LatestRows: RowOperator {
    /// Rows that one-step selectors read at a time, where they are asked for in their order.
    private static let readAhead = 256

    private let series: any SeriesSet
    private let range: TimeRange
    private let reading: LatestNode.Reading
    private let readsHistogramCounts: Bool
    private var window: WindowScratch
    /// The newest samples of the rows that were read ahead, where there is one step.
    private var latest = LatestSamples()
    private var rowsAhead = 0..<0

    init(_ node: LatestNode) {
        series = node.series
        range = node.frame.range
        reading = node.reading
        readsHistogramCounts = node.readsHistogramCounts
        window = WindowScratch(node.frame)
    }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        // Whether a counter began anew is known only beside the sample before.
        if row.stepCount == 1, !readsHistogramCounts {
            if !rowsAhead.contains(index) { try readAhead(from: index, &tally) }
            return take(index - rowsAhead.lowerBound, &row)
        }
        do {
            try series.read(index, over: range, into: &window.columns)
        } catch {
            throw .storage(error.message)
        }
        tally.samplesRead += window.columns.count
        if readsHistogramCounts { window.columns.reduceToHistogramCounts() }
        window.updateBounds()
        if window.columns.histogramTimes.isEmpty {
            fillLatestFloats(&row.values, window, reading)
            if !row.histograms.isEmpty { row.histograms = [:] }
        } else {
            fillLatestMixed(&row, window, reading)
        }
    }

    /// The newest sample of a series, for the only step.
    private func take(_ place: Int, _ row: inout StepRow) {
        if !row.histograms.isEmpty { row.histograms = [:] }
        let time = latest.times[place]
        if time == LatestSamples.absent {
            row.values[0] = StepMatrix.absent
            return
        }
        switch reading {
        case .time: row.values[0] = Double(time) / 1000
        case .startTime: row.values[0] = Double(latest.startTimes[place]) / 1000
        case .value:
            if !latest.histograms.isEmpty, let histogram = latest.histograms[place] {
                row.set(histogram, at: 0)
            } else {
                row.values[0] = latest.values[place]
            }
        }
    }

    /// One step needs no columns: the source finds its newest samples by itself, many at a time.
    private func readAhead(from index: Int, _ tally: inout RowTally) throws(QueryError) {
        let rows = index..<min(index + (index == rowsAhead.upperBound ? Self.readAhead : 1), series.count)
        do {
            try series.readLatest(rows, over: range, into: &latest)
        } catch {
            throw .storage(error.message)
        }
        rowsAhead = rows
        tally.samplesRead += rows.count
    }
}
