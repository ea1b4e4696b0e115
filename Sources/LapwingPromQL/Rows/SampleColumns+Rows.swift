import LapwingSeries

extension SampleColumns {
    /// Drops stale markers, keeping the order.
    mutating func removeStaleMarkers() {
        if hasStaleMarkers {
            let live = values.indices.filter { !values[$0].isStaleMarker }
            times = live.map { times[$0] }
            timesOrigin = nil
            if !startTimes.isEmpty { startTimes = live.map { startTimes[$0] } }
            values = live.map { values[$0] }
        }
        if histograms.isEmpty { return }
        guard histograms.contains(where: \.isStaleMarker) else { return }
        let live = histograms.indices.filter { !histograms[$0].isStaleMarker }
        histogramTimes = live.map { histogramTimes[$0] }
        if !histogramStartTimes.isEmpty { histogramStartTimes = live.map { histogramStartTimes[$0] } }
        histograms = live.map { histograms[$0] }
    }

    /// Without branches, so that the processor takes several at once.
    private var hasStaleMarkers: Bool {
        let span = values.span
        var found: UInt64 = 0
        for index in 0..<span.count { found |= span[index].bitPattern == StaleMarker.bits ? 1 : 0 }
        return found != 0
    }

    /// The present cells of a row as samples at the times of its grid.
    ///
    /// What histograms know of resets is forgotten: it was said of samples that a subquery leaves out, or shows twice.
    mutating func replace(by row: StepRow, on grid: StepGrid) {
        removeAll()
        for step in row.values.indices where row.isPresent(step) {
            if var histogram = row.histogram(at: step) {
                if histogram.counterResetHint != .gauge { histogram.counterResetHint = .unknown }
                histogramTimes.append(grid.time(step))
                histograms.append(histogram)
            } else {
                times.append(grid.time(step))
                values.append(row.values[step])
            }
        }
    }
}
