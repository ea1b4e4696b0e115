import LapwingSeries

/// Columns that come from several places: put in order, without duplicates, without what was deleted.
extension SampleColumns {
    /// Adds the samples of ordered columns that lie in a range.
    mutating func append(_ other: SampleColumns, in range: ClosedRange<Int64>) {
        append(
            other, floats: Self.indices(of: other.times, in: range), histograms: Self.indices(of: other.histogramTimes, in: range))
    }

    /// Takes away the samples from some indices on that lie in one of the spans.
    mutating func remove(_ spans: [ClosedRange<Int64>], fromFloat first: Int, fromHistogram firstHistogram: Int) {
        if spans.isEmpty { return }
        let floats = times.indices.filter { index in index < first || !spans.contains { $0.contains(times[index]) } }
        let kept = histogramTimes.indices.filter { index in
            index < firstHistogram || !spans.contains { $0.contains(histogramTimes[index]) }
        }
        if floats.count < times.count { keep(floats: floats) }
        if kept.count < histogramTimes.count { keep(histograms: kept) }
    }

    /// Sorts by time; of several samples at one time the first that was added stays.
    ///
    /// - Complexity: O(count) where they are in order, as a log's are; else O(count × log count).
    mutating func putInOrder() {
        if !Self.ascends(times) { keep(floats: Self.ordered(times)) }
        if !Self.ascends(histogramTimes) {
            keep(histograms: Self.ordered(histogramTimes))
            // What stands before a histogram now may be another one than when the hint was given.
            for index in histograms.indices where histograms[index].counterResetHint != .gauge {
                histograms[index].counterResetHint = .unknown
            }
        }
        if times.isEmpty || histogramTimes.isEmpty { return }
        var place = 0
        let alone = histogramTimes.indices.filter { index in
            while place < times.count, times[place] < histogramTimes[index] { place += 1 }
            return place == times.count || times[place] != histogramTimes[index]
        }
        if alone.count < histogramTimes.count { keep(histograms: alone) }
    }

    private static func ascends(_ times: [Int64]) -> Bool {
        for index in times.indices.dropFirst() where times[index - 1] >= times[index] { return false }
        return true
    }

    private static func ordered(_ times: [Int64]) -> [Int] {
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var result: [Int] = []
        result.reserveCapacity(order.count)
        for index in order where result.last.map({ times[$0] }) != times[index] { result.append(index) }
        return result
    }
}
