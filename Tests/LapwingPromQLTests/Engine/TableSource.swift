import LapwingSeries

/// A source that is a table: for tests of the engine alone.
struct TableSource: SeriesSource, SeriesSnapshot {
    struct Row: SeriesSet {
        var labels: [Labels]
        var columns: [SampleColumns]

        func read(_ series: Int, over range: TimeRange, into target: inout SampleColumns) throws(ReadError) {
            target.removeAll()
            let all = columns[series]
            for (time, value) in zip(all.times, all.values) where range.contains(Timestamp(milliseconds: time)) {
                target.times.append(time)
                target.values.append(value)
            }
            for (time, histogram) in zip(all.histogramTimes, all.histograms) where range.contains(Timestamp(milliseconds: time)) {
                target.histogramTimes.append(time)
                target.histograms.append(histogram)
            }
        }
    }

    /// By series: times in milliseconds and values, ascending.
    var series: [Labels: [(time: Int64, value: Double)]] = [:]
    /// Likewise, at other times than the series' floats.
    var histograms: [Labels: [(time: Int64, value: NativeHistogram)]] = [:]

    func snapshot() -> any SeriesSnapshot { self }

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        let found = Set(series.keys).union(histograms.keys).filter { labels in matchers.allSatisfy { $0.matches(labels) } }.sorted()
        return Row(
            labels: found,
            columns: found.map { labels in
                var columns = SampleColumns()
                for sample in series[labels] ?? [] {
                    columns.times.append(sample.time)
                    columns.values.append(sample.value)
                }
                for sample in histograms[labels] ?? [] {
                    columns.histogramTimes.append(sample.time)
                    columns.histograms.append(sample.value)
                }
                return columns
            })
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] { [] }

    func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] { [] }
}
