import LapwingSeries

/// Series with the places where their samples are.
struct PrometheusSeriesSet: SeriesSet {
    struct Home: Sendable {
        var source: Int
        var series: UInt32
    }

    struct Series: Sendable {
        var labels: Labels
        var homes: [Home]
    }

    let labels: [Labels]
    private let homes: [[Home]]
    private let sources: [any PartSource]

    init(_ series: [Series], sources: [any PartSource]) {
        labels = series.map(\.labels)
        homes = series.map(\.homes)
        self.sources = sources
    }

    func read(_ index: Int, over range: TimeRange, into columns: inout SampleColumns) throws(ReadError) {
        columns.removeAll()
        guard let range = range.milliseconds else { return }
        var parts: [SeriesPart] = []
        for home in homes[index] {
            try sources[home.source].appendParts(of: home.series, over: range, as: home.source, to: &parts)
        }
        if parts.count > 1 { parts.sort { $0.times.lowerBound < $1.times.lowerBound } }
        for part in parts { try read(part, range, into: &columns) }
        // The times of parts are only said, not known: so this looks at every sample.
        columns.putInOrder()
    }

    private func read(_ part: SeriesPart, _ range: ClosedRange<Int64>, into columns: inout SampleColumns) throws(ReadError) {
        let source = sources[part.source]
        let (first, firstHistogram) = (columns.times.count, columns.histogramTimes.count)
        try source.read(part, over: range, into: &columns)
        columns.remove(try source.deleted(part.series), fromFloat: first, fromHistogram: firstHistogram)
    }
}
