import LapwingSeries
import LapwingStorage

/// Appending to the store, what it then takes, and reading it back.
enum StorageBenchmarks {
    typealias Row = (name: String, value: Double, unit: String)

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
        rows.append(("storage new series", Double(series) / seconds(since: start), "series/s"))
        var samples = ServiceSamples()
        var spent = 0.0
        for scrape in 0..<240 {
            let batch = samples.batch(references, scrape)
            start = ContinuousClock.now
            _ = try? store.append(batch)
            spent += seconds(since: start)
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
            if round == 0 { first = seconds(since: start) } else { best.select = min(best.select, seconds(since: start)) }
            count = set.count
            start = ContinuousClock.now
            try? set.readLatest(0..<set.count, over: lookback, into: &latest)
            best.latest = min(best.latest, seconds(since: start))
            start = ContinuousClock.now
            for index in 0..<count {
                try? set.read(index, over: lookback, into: &columns)
                checksum += columns.values.last ?? 0
            }
            best.window = min(best.window, seconds(since: start))
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
            best = min(best, seconds(since: start))
        }
        let count = Double(statistics.samples)
        return [
            ("storage \(name), memory", Double(statistics.sampleBytes) / count, "B/sample"),
            ("storage \(name), decode", best * 1e9 / count, "ns/sample"),
        ]
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let duration = ContinuousClock.now - start
        return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}

/// What a service exposes: three quarters counters and histogram buckets, one in twenty a float gauge, the rest integer
/// gauges; scraped every 15 s, 40 % of the scrapes up to 10 ms late.
struct ServiceSamples {
    static let start: Int64 = 1_700_000_000_000
    private var state: UInt64 = 7
    private var values: [Double] = []
    /// Whether the 50 series of a target are scraped at one time; otherwise each has a jitter of its own.
    var sharesTimes: Bool
    var jitters = true
    var countersOnly = false

    init(sharesTimes: Bool = true) { self.sharesTimes = sharesTimes }

    static func labels(_ count: Int) -> [Labels] {
        (0..<count).map { index in
            Labels(
                metric: "http_requests_\(index % 50)_total",
                ["job": "service", "instance": "10.0.0.\(index / 50):8080", "path": "/api/v1/things/\(index % 17)"])
        }
    }

    private mutating func random(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    /// One sample for each series.
    mutating func batch(_ references: [SeriesReference], _ scrape: Int) -> SampleBatch {
        if values.isEmpty { values = references.indices.map { Double($0 % 1000) } }
        var batch = SampleBatch()
        batch.series = references
        batch.times.reserveCapacity(references.count)
        batch.values.reserveCapacity(references.count)
        var late: Int64 = 0
        for index in references.indices {
            if jitters, !sharesTimes || index % 50 == 0 { late = random(10) < 4 ? Int64(random(11)) : 0 }
            advance(index)
            batch.times.append(Self.start + Int64(scrape) * 15_000 + late)
            batch.values.append(values[index])
        }
        return batch
    }

    private mutating func advance(_ index: Int) {
        switch countersOnly ? 0 : index % 20 {
        case 0...14:
            // Rates from one in some minutes to some hundred a scrape.
            let rate = UInt64(1) << UInt64(index / 20 % 10)
            if index % 3 > 0 || random(8) == 0 { values[index] += Double(random(rate) + random(rate) + random(2)) }
        case 15: values[index] += (Double(random(1 << 30)) - Double(1 << 29)) / Double(1 << 31) / 3
        default: values[index] = max(0, values[index] + Double(random(7)) - 3)
        }
    }
}
