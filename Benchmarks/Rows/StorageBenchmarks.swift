import LapwingSeries
import LapwingStorage

/// Appending to the store, what it then takes, and reading it back.
enum StorageBenchmarks {
    /// - Parameter series: as many, 240 samples each (an hour of 15 s scrapes), and a tenth of them with 2,400.
    static func rows(series: Int) -> [Row] {
        var rows: [Row] = []
        rows += hour(series: series)
        rows += settled(series: max(1, series / 10), "settled", ServiceSamples())
        rows += settled(series: max(1, series / 10), "settled, own jitter", ServiceSamples(sharesTimes: false))
        var regular = ServiceSamples()
        regular.jitters = false
        regular.countersOnly = true
        rows += settled(series: max(1, series / 10), "settled, regular counters", regular)
        return rows
    }

    private static func hour(series: Int) -> [Row] {
        let store = Store()
        let labels = ServiceSamples.labels(series)
        var rows: [Row] = []
        var start = ContinuousClock.now
        guard let references = try? store.references(for: labels) else { return [] }
        rows.append(("storage new series", Double(series) / Stopwatch.seconds(since: start), "series/s"))
        var samples = ServiceSamples()
        var spent = 0.0
        for scrape in 0..<240 {
            let batch = samples.batch(references, scrape)
            start = ContinuousClock.now
            _ = try? store.append(batch)
            spent += Stopwatch.seconds(since: start)
        }
        rows.append(("storage append", Double(series * 240) / spent / 1e6, "Msamples/s"))
        rows += selecting(store, samples: samples)
        let statistics = store.statistics
        rows.append(("storage hour, memory", Double(statistics.sampleBytes) / Double(statistics.samples), "B/sample"))
        return rows
    }

    /// A selector that was resolved before: what an instant query costs a series.
    private static func selecting(_ store: Store, samples: ServiceSamples) -> [Row] {
        let matchers: [Matcher] = [.equal("job", "service"), .notEqual("instance", "none")]
        let newest = Timestamp(milliseconds: ServiceSamples.start + 240 * 15_000)
        let lookback = TimeRange(start: newest - .seconds(300), end: newest)
        var first = 0.0
        var best = (select: Double.infinity, latest: Double.infinity, window: Double.infinity)
        var latest = LatestSamples()
        var columns = SampleColumns()
        var count = 0
        var checksum = 0.0
        for round in 0..<7 {
            var start = ContinuousClock.now
            guard let set = try? store.snapshot().select(matchers, over: lookback) else { return [] }
            if round == 0 { first = Stopwatch.seconds(since: start) } else { best.select = min(best.select, Stopwatch.seconds(since: start)) }
            count = set.count
            start = ContinuousClock.now
            try? set.readLatest(0..<set.count, over: lookback, into: &latest)
            best.latest = min(best.latest, Stopwatch.seconds(since: start))
            start = ContinuousClock.now
            for index in 0..<count {
                try? set.read(index, over: lookback, into: &columns)
                checksum += columns.values.last ?? 0
            }
            best.window = min(best.window, Stopwatch.seconds(since: start))
        }
        let perSeries = 1e9 / Double(max(1, count))
        return [
            ("storage select, first time", first * perSeries, "ns/series"),
            ("storage select again", best.select * perSeries, "ns/series"),
            ("storage newest samples", best.latest * perSeries, "ns/series"),
            ("storage newest 5 minutes", best.window * perSeries, "ns/series"),
            ("storage checksum", checksum + latest.values.reduce(0, +), "sum"),
        ]
    }

    private static func settled(series: Int, _ name: String, _ samples: ServiceSamples) -> [Row] {
        var samples = samples
        let store = Store()
        guard let references = try? store.references(for: ServiceSamples.labels(series)) else { return [] }
        for scrape in 0..<2400 { _ = try? store.append(samples.batch(references, scrape)) }
        let statistics = store.statistics
        guard let set = try? store.snapshot().select([], over: .all) else { return [] }
        var columns = SampleColumns()
        var best = Double.infinity
        for _ in 0..<25 {
            let start = ContinuousClock.now
            for index in 0..<set.count { try? set.read(index, over: .all, into: &columns) }
            best = min(best, Stopwatch.seconds(since: start))
        }
        let count = Double(statistics.samples)
        return [
            ("storage \(name), memory", Double(statistics.sampleBytes) / count, "B/sample"),
            ("storage \(name), decode", best * 1e9 / count, "ns/sample"),
        ]
    }
}
