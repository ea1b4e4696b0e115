import LapwingSeries

extension SampleColumns {
    /// Leaves of each histogram its count, its sum, its schema, and whether the counter began anew ahead of it, which only
    /// buckets can tell.
    ///
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `promql/histogram_stats_iterator.go`.
    mutating func reduceToHistogramCounts() {
        var previous: NativeHistogram?
        for index in histograms.indices {
            let histogram = histograms[index]
            var hint = histogram.counterResetHint
            if !histogram.isStaleMarker {
                if hint == .unknown, let previous { hint = histogram.isReset(after: previous) ? .reset : .notReset }
                previous = histogram
            }
            histograms[index] = NativeHistogram(
                counterResetHint: hint, schema: histogram.schema, count: histogram.count, sum: histogram.sum)
        }
    }
}
