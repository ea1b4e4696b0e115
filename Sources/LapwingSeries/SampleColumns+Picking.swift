/// Columns that lose samples. The times are then no longer what a source made them from.
extension SampleColumns {
    /// Keeps the floats at some indices, which ascend.
    ///
    /// - Complexity: O(count).
    public mutating func keep(floats indices: [Int]) {
        timesOrigin = nil
        times = indices.map { times[$0] }
        values = indices.map { values[$0] }
        if !startTimes.isEmpty { startTimes = indices.map { startTimes[$0] } }
    }

    /// Keeps the histograms at some indices, which ascend.
    ///
    /// - Complexity: O(count).
    public mutating func keep(histograms indices: [Int]) {
        histogramTimes = indices.map { histogramTimes[$0] }
        histograms = indices.map { histograms[$0] }
        if !histogramStartTimes.isEmpty { histogramStartTimes = indices.map { histogramStartTimes[$0] } }
    }

    /// Takes away the first of both kinds.
    public mutating func removeFirst(floats: Int, histograms removed: Int) {
        timesOrigin = nil
        times.removeFirst(floats)
        values.removeFirst(floats)
        if !startTimes.isEmpty { startTimes.removeFirst(floats) }
        histogramTimes.removeFirst(removed)
        histograms.removeFirst(removed)
        if !histogramStartTimes.isEmpty { histogramStartTimes.removeFirst(removed) }
    }
}
