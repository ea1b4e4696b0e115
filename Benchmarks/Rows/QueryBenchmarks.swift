import CAllocationCount
import Foundation
import LapwingPromQL
import LapwingSeries
import LapwingStorage

/// Instant and range queries over counters and classic histograms, through the real store.
enum QueryBenchmarks {
    static let minimumRuns = 9
    /// `--long` leaves time for a profile.
    static let minimumTime = Duration.milliseconds(Flags.has("--long") ? 5000 : 300)
    /// `--cold`: before each run other memory is walked over, as a server finds its caches that shares the machine.
    static let isCold = Flags.has("--cold")
    /// Milliseconds between scrapes.
    private static let interval: Int64 = 15_000

    /// Issue 3's queries: a name, the text, and the step in seconds, 0 for an instant.
    private static let queries: [(name: String, text: String, step: Int)] = [
        ("instant count", "count(http_requests_total)", 0),
        ("instant rate", "sum by (path) (rate(http_requests_total[5m]))", 0),
        ("instant quantile", "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m])))", 0),
        ("range rate, 6 h by 60 s", "sum by (path) (rate(http_requests_total[5m]))", 60),
        ("range quantile, 6 h by 60 s", "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m])))", 60),
        ("range quantile, 6 h by 15 s", "histogram_quantile(0.95, sum by (le, path) (rate(http_request_duration_seconds_bucket[5m])))", 15),
        ("range quantile_over_time, 6 h by 15 s", "quantile_over_time(0.9, temperature[30m])", 15),
        ("range subquery, 6 h by 60 s", "avg_over_time(rate(http_requests_total[5m])[1h:1m])", 60),
        ("range rate of all, 6 h by 15 s", "rate(http_requests_total[5m])", 15),
        ("instant rate, 5 minutes of 50 series", "rate(long_total[5m])", 0),
        ("instant rate, 30 days of 50 series", "rate(long_total[30d])", 0),
    ]

    /// What one execution of a query takes, the same on every machine.
    struct Counts {
        /// That the engine asked the store for.
        var samples: Int
        /// Blocks of memory, the fewest of several executions, since other threads may ask for some meanwhile; nil where
        /// nobody counts them.
        var allocations: Int?
    }

    struct Figures {
        var rows: [Row] = []
        /// By the names of the rows.
        var counts: [String: Counts] = [:]
        var hash: UInt64 = 14_695_981_039_346_656_037
    }

    /// - Parameters:
    ///   - part: of the names of the rows that are wanted.
    ///   - takesTime: false where only the counts are asked for.
    static func figures(_ size: DatasetSize, matching part: String = "", takesTime: Bool = true) -> Figures {
        let wanted = queries.filter { part.isEmpty || (part.hasSuffix("$") ? $0.name + "$" == part : $0.name.contains(part)) }
        let store = filled(size, wantsLong: wanted.contains { $0.text.contains("long_total") })
        let end = Timestamp(milliseconds: Int64(size.scrapes - 1) * interval)
        let start = Timestamp(milliseconds: max(0, end.milliseconds - 6 * 3_600_000))
        var figures = Figures()
        let engine = QueryEngine()
        for (name, text, step) in wanted {
            guard let query = try? engine.prepare(text) else { continue }
            let run = {
                step == 0
                    ? try? engine.instant(query, at: end, over: store.snapshot())
                    : try? engine.range(query, from: start, through: end, step: .seconds(step), over: store.snapshot())
            }
            if takesTime { figures.rows.append(measured(name, &figures.hash, run)) } else { _ = run() }
            figures.counts[name] = counted(run)
        }
        return figures
    }

    /// - Parameter run: has run before, so that what is kept from query to query is there.
    private static func counted(_ run: () -> QueryResult?) -> Counts {
        var counts = Counts(samples: 0)
        for _ in 0..<3 {
            allocation_count_begin()
            let result = run()
            let allocations = Int(allocation_count_end())
            counts.samples = result?.statistics.samplesRead ?? 0
            if allocations >= 0 { counts.allocations = min(allocations, counts.allocations ?? .max) }
        }
        return counts
    }

    /// The median of the runs, in milliseconds, after one that is not counted; what they computed goes into the hash.
    private static func measured(_ name: String, _ hash: inout UInt64, _ run: () -> QueryResult?) -> Row {
        let before = hash
        if let first = run() { mix(first.value, into: &hash) }
        // A query that fails is fast; its time must not pass for a figure.
        if hash == before { return (name, .nan, "ms") }
        var times: [Double] = []
        let start = ContinuousClock.now
        while times.count < minimumRuns || (start.duration(to: .now) < minimumTime && times.count < 10_000) {
            if isCold { cool() }
            let start = ContinuousClock.now
            _ = run()
            times.append(start.duration(to: .now) / .milliseconds(1))
        }
        return (name, times.sorted()[times.count / 2], "ms")
    }

    private static func cool() {
        var other = [UInt64](repeating: 1, count: 16 << 20)
        for index in stride(from: 0, to: other.count, by: 8) { other[index] &+= other[other.count - 1 - index] }
        usleep(20_000)
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

    private static func labels(_ size: DatasetSize) -> [Labels] {
        var labels = (0..<size.counters).map { index in
            Labels(
                metric: "http_requests_total",
                ["instance": "host-\(index / 50)", "path": "/p\(index % 25)", "status": index % 2 == 0 ? "200" : "500"])
        }
        for index in 0..<size.histograms {
            for bound in DatasetSize.bounds {
                labels.append(
                    Labels(
                        metric: "http_request_duration_seconds_bucket",
                        ["instance": "host-\(index / 25)", "path": "/p\(index % 25)", "le": bound]))
            }
        }
        return labels + (0..<size.gauges).map { Labels(metric: "temperature", ["instance": "host-\($0)"]) }
    }

    /// Counters that grow by a few each scrape, requests spread over twelve buckets, and gauges, with a few milliseconds
    /// of jitter; a counter with a long history, which ends with the others.
    private static func filled(_ size: DatasetSize, wantsLong: Bool) -> Store {
        let store = Store()
        let labels = labels(size)
        guard let references = try? store.references(for: labels) else { return store }
        if wantsLong { fillLong(store, size) }
        var totals = [Double](repeating: 0, count: labels.count)
        for scrape in 0..<size.scrapes {
            var batch = SampleBatch()
            let time = Int64(scrape) * interval + jitter(scrape)
            for index in labels.indices {
                if index >= labels.count - size.gauges {
                    totals[index] = Double((index * 31 + scrape * scrape) % 1009) / 10
                } else {
                    let bucket = index < size.counters ? 1 : (index - size.counters) % DatasetSize.bounds.count
                    totals[index] += index < size.counters ? Double(noise(index, scrape) % 9) : Double(noise(index, scrape) % (2 * bucket + 2))
                }
                batch.append(references[index], time: time, value: totals[index])
            }
            _ = try? store.append(batch)
        }
        return store
    }

    private static func noise(_ index: Int, _ scrape: Int) -> Int {
        Int(truncatingIfNeeded: UInt64(truncatingIfNeeded: index &* 1_000_003 &+ scrape) &* 0xBF58_476D_1CE4_E5B9 >> 40)
    }

    /// Up to 10 ms, on four scrapes of ten.
    private static func jitter(_ scrape: Int) -> Int64 {
        let noise = UInt64(truncatingIfNeeded: scrape &* 0x9E37_79B9) &* 0xBF58_476D_1CE4_E5B9 >> 40
        return noise % 10 < 4 ? Int64(noise / 10 % 11) : 0
    }

    private static func fillLong(_ store: Store, _ size: DatasetSize) {
        let labels = (0..<size.longSeries).map { Labels(metric: "long_total", ["instance": "host-\($0)"]) }
        guard let references = try? store.references(for: labels) else { return }
        var totals = [Double](repeating: 0, count: labels.count)
        for scrape in 0..<size.longScrapes {
            var batch = SampleBatch()
            let time = Int64(scrape - size.longScrapes + size.scrapes) * interval + jitter(scrape)
            for index in labels.indices {
                totals[index] = scrape % 20_000 == 19_999 ? 0 : totals[index] + Double(noise(index, scrape) % 11)
                batch.append(references[index], time: time, value: totals[index])
            }
            _ = try? store.append(batch)
        }
    }
}
