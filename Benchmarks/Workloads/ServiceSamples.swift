import LapwingSeries
import LapwingStorage

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
