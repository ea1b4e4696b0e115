import LapwingSeries

/// Columns as the pieces of a series: their ends, and trimming by time.
extension SampleColumns {
    /// The first and last time of columns that hold one kind of samples only.
    var startTime: Int64? { times.first ?? histogramTimes.first }
    var endTime: Int64? { times.last ?? histogramTimes.last }

    /// Drops what lies outside the range.
    mutating func trim(to range: ClosedRange<Int64>) {
        Self.keep(Self.indices(of: times, in: range), of: &times, &values, &startTimes)
        Self.keep(
            Self.indices(of: histogramTimes, in: range), of: &histogramTimes, &histograms, &histogramStartTimes)
    }

    /// Keeps some values and their start times, where the times are kept already.
    mutating func keepValues(_ kept: Range<Int>) {
        if kept.count == values.count { return }
        values.removeSubrange(kept.upperBound...)
        values.removeSubrange(..<kept.lowerBound)
        if startTimes.isEmpty { return }
        startTimes.removeSubrange(kept.upperBound...)
        startTimes.removeSubrange(..<kept.lowerBound)
    }

    private static func keep<Value>(
        _ kept: Range<Int>, of times: inout [Int64], _ values: inout [Value], _ starts: inout [Int64]
    ) {
        if kept.count == times.count { return }
        times.removeSubrange(kept.upperBound...)
        times.removeSubrange(..<kept.lowerBound)
        values.removeSubrange(kept.upperBound...)
        values.removeSubrange(..<kept.lowerBound)
        if starts.isEmpty { return }
        starts.removeSubrange(kept.upperBound...)
        starts.removeSubrange(..<kept.lowerBound)
    }
}
