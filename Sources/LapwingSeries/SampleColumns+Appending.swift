/// Columns that grow by a sample or by a part of others, and keep "empty, or one for each" of their start times.
extension SampleColumns {
    /// Adds a sample at the end.
    public mutating func append(time: Int64, value: Double, startTime: Int64) {
        timesOrigin = nil
        Self.appendStart(startTime, to: &startTimes, after: times.count)
        times.append(time)
        values.append(value)
    }

    /// Adds a sample at the end.
    public mutating func append(time: Int64, histogram: NativeHistogram, startTime: Int64) {
        Self.appendStart(startTime, to: &histogramStartTimes, after: histogramTimes.count)
        histogramTimes.append(time)
        histograms.append(histogram)
    }

    static func appendStart(_ start: Int64, to starts: inout [Int64], after count: Int) {
        if starts.isEmpty {
            if start == 0 { return }
            starts.append(contentsOf: repeatElement(0, count: count))
        }
        starts.append(start)
    }

    /// Adds samples that are newer than those held.
    public mutating func append(_ other: SampleColumns) {
        append(other, floats: other.times.indices, histograms: other.histogramTimes.indices)
    }

    /// Adds some samples of others at the end.
    public mutating func append(_ other: SampleColumns, floats: Range<Int>, histograms picked: Range<Int>) {
        timesOrigin = nil
        Self.appendStarts(other.startTimes, floats, to: &startTimes, after: times.count)
        times.append(contentsOf: other.times[floats])
        values.append(contentsOf: other.values[floats])
        Self.appendStarts(other.histogramStartTimes, picked, to: &histogramStartTimes, after: histogramTimes.count)
        histogramTimes.append(contentsOf: other.histogramTimes[picked])
        histograms.append(contentsOf: other.histograms[picked])
    }

    /// A column that begins late is filled up with unknown.
    private static func appendStarts(_ added: [Int64], _ range: Range<Int>, to starts: inout [Int64], after count: Int) {
        if range.isEmpty || added.isEmpty && starts.isEmpty { return }
        if starts.isEmpty { starts.append(contentsOf: repeatElement(0, count: count)) }
        if added.isEmpty {
            starts.append(contentsOf: repeatElement(0, count: range.count))
        } else {
            starts.append(contentsOf: added[range])
        }
    }

    // MARK: Places

    /// Where the times of a range stand in an ascending column.
    public static func indices(of times: [Int64], in range: ClosedRange<Int64>) -> Range<Int> {
        let lower = firstIndex(in: times, notBefore: range.lowerBound)
        let upper = range.upperBound == .max ? times.count : firstIndex(in: times, notBefore: range.upperBound + 1)
        return lower..<max(lower, upper)
    }

    /// - Complexity: O(log count); O(1) when the first or no time qualifies.
    public static func firstIndex(in times: [Int64], notBefore time: Int64) -> Int {
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
