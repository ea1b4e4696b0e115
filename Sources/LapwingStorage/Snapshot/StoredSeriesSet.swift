import LapwingSeries

/// Series of one snapshot.
struct StoredSeriesSet: SeriesSet {
    let labels: [Labels]
    private let series: [SeriesPlace]
    private let snapshot: StoreSnapshot

    init(_ selection: (labels: [Labels], series: [SeriesPlace]), snapshot: StoreSnapshot) {
        labels = selection.labels
        series = selection.series
        self.snapshot = snapshot
    }

    func reference(_ index: Int) -> SeriesReference? { SeriesReference(UInt64(series[index].ordinal)) }

    func read(_ index: Int, over range: TimeRange, into columns: inout SampleColumns) throws(ReadError) {
        guard let range = range.milliseconds else { return columns.removeAll() }
        try series[index].page.read(series[index].place, range, at: snapshot.version, snapshot.decodedTimes, into: &columns)
    }

    func read(_ indices: Range<Int>, over range: TimeRange, into table: inout SampleTable) throws(ReadError) {
        table.removeAll()
        guard let range = range.milliseconds else {
            for _ in indices { table.appendUnread() }
            return
        }
        var index = indices.lowerBound
        while index < indices.upperBound {
            index = try series[index].page.read(series, index..<indices.upperBound, range, at: snapshot.version, into: &table)
        }
    }

    var hasSummaries: Bool { true }

    func summarize(
        _ index: Int, over windows: [ClosedRange<Int64>], _ parts: SummaryParts, into summaries: inout [SampleSummary]
    ) throws(ReadError) -> Bool {
        try series[index].page.summarize(
            series[index].place, windows, parts, at: snapshot.version, snapshot.decodedTimes, into: &summaries)
    }

    func readLatest(_ indices: Range<Int>, over range: TimeRange, into latest: inout LatestSamples) throws(ReadError) {
        latest.removeAll()
        latest.reserveCapacity(indices.count)
        guard let range = range.milliseconds else {
            for _ in indices { latest.append(time: LatestSamples.absent, value: StaleMarker.value) }
            return
        }
        var scratch = SampleColumns()
        var known: LatestPlace?
        var index = indices.lowerBound
        while index < indices.upperBound {
            let page = series[index].page
            let next = page.readLatest(series, index..<indices.upperBound, range, at: snapshot.version, &known, into: &latest)
            if next == index {
                try page.read(series[index].place, range, at: snapshot.version, snapshot.decodedTimes, into: &scratch)
                latest.append(newestOf: scratch)
            }
            index = max(next, index + 1)
        }
    }
}
