import LapwingSeries

/// Columns as the pieces of a series: joined, split and trimmed by time.
extension SampleColumns {
    /// The first and last time of columns that hold one kind of samples only.
    var startTime: Int64? { times.first ?? histogramTimes.first }
    var endTime: Int64? { times.last ?? histogramTimes.last }

    mutating func append(time: Int64, value: Double, startTime: Int64) {
        Self.appendStart(startTime, to: &startTimes, after: times.count)
        times.append(time)
        values.append(value)
    }

    mutating func append(time: Int64, histogram: NativeHistogram, startTime: Int64) {
        Self.appendStart(startTime, to: &histogramStartTimes, after: histogramTimes.count)
        histogramTimes.append(time)
        histograms.append(histogram)
    }

    private static func appendStart(_ start: Int64, to starts: inout [Int64], after count: Int) {
        if starts.isEmpty {
            if start == 0 { return }
            starts.append(contentsOf: repeatElement(0, count: count))
        }
        starts.append(start)
    }

    /// Adds samples that are newer than those held.
    mutating func append(_ other: SampleColumns) {
        append(other, floats: 0..<other.times.count, histograms: 0..<other.histogramTimes.count)
    }

    mutating func append(_ other: SampleColumns, floats: Range<Int>, histograms picked: Range<Int>) {
        Self.appendStarts(other.startTimes, floats, to: &startTimes, after: times.count)
        times.append(contentsOf: other.times[floats])
        values.append(contentsOf: other.values[floats])
        Self.appendStarts(other.histogramStartTimes, picked, to: &histogramStartTimes, after: histogramTimes.count)
        histogramTimes.append(contentsOf: other.histogramTimes[picked])
        histograms.append(contentsOf: other.histograms[picked])
    }

    /// Keeps "empty, or one for each": a column that begins late is filled up with unknown.
    private static func appendStarts(_ added: [Int64], _ range: Range<Int>, to starts: inout [Int64], after count: Int) {
        if range.isEmpty || added.isEmpty && starts.isEmpty { return }
        if starts.isEmpty { starts.append(contentsOf: repeatElement(0, count: count)) }
        if added.isEmpty {
            starts.append(contentsOf: repeatElement(0, count: range.count))
        } else {
            starts.append(contentsOf: added[range])
        }
    }

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

    /// Where the times of a range stand in an ascending column.
    static func indices(of times: [Int64], in range: ClosedRange<Int64>) -> Range<Int> {
        let lower = firstIndex(in: times, notBefore: range.lowerBound)
        let upper = range.upperBound == .max ? times.count : firstIndex(in: times, notBefore: range.upperBound + 1)
        return lower..<max(lower, upper)
    }

    /// - Complexity: O(log count); O(1) when the first or no time qualifies.
    static func firstIndex(in times: [Int64], notBefore time: Int64) -> Int {
        guard let first = times.first, first < time else { return 0 }
        if let last = times.last, last < time { return times.count }
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
