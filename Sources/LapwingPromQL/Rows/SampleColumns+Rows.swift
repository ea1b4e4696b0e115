import LapwingSeries

extension SampleColumns {
    /// Drops stale markers, keeping the order.
    mutating func removeStaleMarkers() {
        if hasStaleMarkers { keep(floats: values.indices.filter { !values[$0].isStaleMarker }) }
        if histograms.isEmpty { return }
        guard histograms.contains(where: \.isStaleMarker) else { return }
        keep(histograms: histograms.indices.filter { !histograms[$0].isStaleMarker })
    }

    /// Whether there are floats alone, which ascend.
    var ascends: Bool { histograms.isEmpty && values.span.ascends }

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
    mutating func replace(by row: StepRow, at gridTimes: [Int64]) {
        removeAll()
        var first = 0
        while first < row.stepCount, !row.isPresent(first) { first += 1 }
        if first == row.stepCount { return }
        if row.histograms.isEmpty {
            // Mostly nothing is absent but before a first sample, where a series begins within the grid.
            values.append(contentsOf: row.values[first...])
            if !hasStaleMarkers { return times.append(contentsOf: gridTimes[first...]) }
            values.removeAll(keepingCapacity: true)
        }
        for step in first..<row.stepCount where row.isPresent(step) {
            if var histogram = row.histogram(at: step) {
                if histogram.counterResetHint != .gauge { histogram.counterResetHint = .unknown }
                histogramTimes.append(gridTimes[step])
                histograms.append(histogram)
            } else {
                times.append(gridTimes[step])
                values.append(row.values[step])
            }
        }
    }
}

extension Span where Element == Double {
    /// Whether there are values, none less than the one before it, none below nought and none NaN, as the stale marker is.
    ///
    /// The bit patterns of such doubles ascend as they do, so that signs tell, theirs and those of differences. Without branches for some
    /// hundred values, so that the processor takes several at once.
    var ascends: Bool {
        guard count > 0, self[0].bitPattern <= Double.infinity.bitPattern, self[count - 1].bitPattern <= Double.infinity.bitPattern else {
            return false
        }
        var begin = 0
        while begin < count - 1 {
            let end = Swift.min(begin + 256, count - 1)
            let (earlier, later) = (extracting(begin..<end), extracting((begin + 1)..<(end + 1)))
            var signs: UInt64 = 0
            for index in 0..<earlier.count { signs |= later[index].bitPattern | (later[index].bitPattern &- earlier[index].bitPattern) }
            if signs >> 63 != 0 { return false }
            begin = end
        }
        return true
    }
}
