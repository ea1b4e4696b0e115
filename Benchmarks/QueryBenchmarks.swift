import LapwingPromQL
import LapwingSeries
import LapwingStorage

/// Instant and range queries over counters and classic histograms, through the real store.
enum QueryBenchmarks {
    typealias Row = (name: String, value: Double, unit: String)

    /// Milliseconds between scrapes.
    private static let interval: Int64 = 15_000

    /// - Parameters:
    ///   - counters: series of the counter.
    ///   - histograms: histograms of twelve buckets each.
    ///   - scrapes: samples of every series.
    static func rows(counters: Int, histograms: Int, scrapes: Int) -> (rows: [Row], hash: UInt64) {
        let store = filled(counters: counters, histograms: histograms, scrapes: scrapes)
        let end = Timestamp(milliseconds: Int64(scrapes - 1) * interval)
        let start = Timestamp(milliseconds: max(0, end.milliseconds - 6 * 3_600_000))
        let queries = [
            ("count", "count(http_requests_total)"),
            ("rate", "sum by (path) (rate(http_requests_total[5m]))"),
            ("quantile", "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m])))"),
        ]
        var rows: [Row] = []
        var hash: UInt64 = 14_695_981_039_346_656_037
        let engine = QueryEngine()
        for (name, text) in queries {
            guard let query = try? engine.prepare(text) else { continue }
            rows.append(measured("instant \(name)", &hash) { try? engine.instant(query, at: end, over: store.snapshot()) })
            if name == "count" { continue }
            rows.append(
                measured("range \(name), 6 h by 60 s", &hash) {
                    try? engine.range(query, from: start, through: end, step: .seconds(60), over: store.snapshot())
                })
        }
        return (rows, hash)
    }

    /// The median of five runs, in milliseconds, after one that is not counted; what they computed goes into the hash.
    private static func measured(_ name: String, _ hash: inout UInt64, _ run: () -> QueryResult?) -> Row {
        let before = hash
        if let first = run() { mix(first.value, into: &hash) }
        // A query that fails is fast; its time must not pass for a figure.
        if hash == before { return (name, .nan, "ms") }
        let times = (0..<5).map { _ in
            let start = ContinuousClock.now
            _ = run()
            return start.duration(to: .now) / .milliseconds(1)
        }
        return (name, times.sorted()[2], "ms")
    }

    private static func mix(_ value: QueryValue, into hash: inout UInt64) {
        func take(_ number: Double) { hash = (hash ^ number.bitPattern) &* 0x100_0000_01B3 }
        switch value {
        case .scalar(let number): take(number)
        case .string: break
        case .vector(let samples): for sample in samples { take(sample.value) }
        case .matrix(let series): for one in series { for number in one.values { take(number) } }
        }
    }

    /// Counters that grow by a few each scrape, and requests spread over twelve buckets, with a few milliseconds of jitter.
    private static func filled(counters: Int, histograms: Int, scrapes: Int) -> Store {
        let store = Store()
        let bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"]
        var labels = (0..<counters).map { index in
            Labels(
                metric: "http_requests_total",
                ["instance": "host-\(index / 50)", "path": "/p\(index % 25)", "status": index % 2 == 0 ? "200" : "500"])
        }
        for index in 0..<histograms {
            for bound in bounds {
                labels.append(
                    Labels(
                        metric: "http_request_duration_seconds_bucket",
                        ["instance": "host-\(index / 25)", "path": "/p\(index % 25)", "le": bound]))
            }
        }
        guard let references = try? store.references(for: labels) else { return store }
        var totals = [Double](repeating: 0, count: labels.count)
        for scrape in 0..<scrapes {
            var batch = SampleBatch()
            let time = Int64(scrape) * interval + Int64(scrape % 7)
            for index in labels.indices {
                let bucket = index < counters ? 1 : (index - counters) % bounds.count
                totals[index] += index < counters ? Double((index + scrape) % 9) : Double(bucket * (1 + (scrape + index) % 3))
                batch.append(references[index], time: time, value: totals[index])
            }
            _ = try? store.append(batch)
        }
        return store
    }
}
