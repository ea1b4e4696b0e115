import LapwingExposition
import LapwingSeries
import LapwingSnappy

/// What all servers are given: counters, classic histograms of twelve buckets, gauges, and counters with a long history.
///
/// Scrapes are 15 s apart, with up to 10 ms of jitter on four of ten, and lie 7 s off the full quarter of a minute: queries
/// ask 5 s past it, so that no window ends on a sample and 2.42's closed windows hold the same samples as 3.14's left-open ones.
struct PeerDataset {
    enum Kind {
        case counter, gauge, long
        /// By its place in its histogram.
        case bucket(Int)
        case odd(Int)
    }

    struct Series {
        var labels: RemoteWriteMessage.EncodedLabels
        var kind: Kind
    }

    static let interval: Int64 = 15_000
    static let staleMarker = Double(bitPattern: 0x7FF0_0000_0000_0002)

    let size: DatasetSize
    /// The time of the newest question in milliseconds: 5 s past a full minute, and 13 s after the newest scrape.
    let end: Int64
    let series: [Series]
    private var totals: [Double]

    /// - Parameter now: in milliseconds since the epoch; the data ends within a minute before it.
    init(_ size: DatasetSize, now: Int64) {
        self.size = size
        end = (now - 5000) / 60_000 * 60_000 + 5000
        series = Self.series(size)
        // Far from 0, where 2.42 and 3.14 extrapolate a little differently before a counter's first sample.
        totals = [Double](repeating: 100_000, count: series.count)
    }

    /// Hands every request over, in the order of time: the long history alone first, then everything together.
    mutating func forEachRequest(_ body: (_ request: [UInt8], _ samples: Int) throws -> Void) rethrows {
        var scrape = -max(0, size.longScrapes - size.scrapes)
        while scrape < size.scrapes {
            let count = scrape < 0 ? min(240, -scrape) : min(20, size.scrapes - scrape)
            let (request, samples) = request(scrape..<scrape + count)
            try body(request, samples)
            scrape += count
        }
    }

    private mutating func request(_ scrapes: Range<Int>) -> (bytes: [UInt8], samples: Int) {
        var body = RemoteWriteMessage()
        var count = 0
        var times: [Int64] = []
        var values: [Double] = []
        for index in series.indices {
            if scrapes.lowerBound < 0 { guard case .long = series[index].kind else { continue } }
            times.removeAll(keepingCapacity: true)
            values.removeAll(keepingCapacity: true)
            for scrape in scrapes {
                let newest = end - 13_000
                let time = newest - Int64(size.scrapes - 1 - scrape) * Self.interval + Self.jitter(scrape)
                guard let value = value(index, scrape) else { continue }
                times.append(time)
                values.append(value)
            }
            count += times.count
            body.append(series[index].labels, times: times, values: values)
        }
        return (SnappyBlock.compress(body.bytes), count)
    }

    /// The value of a series in a scrape, nil where it is missing. Scrapes come in their order.
    private mutating func value(_ index: Int, _ scrape: Int) -> Double? {
        let noise = Self.noise(index, scrape)
        switch series[index].kind {
        case .counter:
            totals[index] += Double(noise % 9)
        case .long:
            totals[index] = scrape % 20_000 == 19_999 ? 0 : totals[index] + Double(noise % 11)
        case .gauge:
            totals[index] = Double(noise % 7001) / 10 - 200
        case .bucket(let bucket):
            // What fell into this bucket and every one below: noise of the same scrape, so it adds up.
            for part in 0...bucket { totals[index] += Double(Self.noise(index - bucket + part, scrape) % (part < 6 ? part + 2 : 14 - part)) }
        case .odd(let kind):
            return odd(kind, scrape, noise)
        }
        return totals[index]
    }

    private func odd(_ kind: Int, _ scrape: Int, _ noise: Int) -> Double? {
        switch kind {
        case 0: scrape % 60 < 25 ? Double(noise % 100) : nil
        case 1: scrape % 40 == 30 ? Self.staleMarker : scrape % 40 > 30 ? nil : Double(noise % 100) - 50
        case 2: [Double.nan, .infinity, -.infinity, 0, -0.0, 1e-300, 1e100, 3][noise % 8]
        case 3: 7
        case 4: Double(scrape % 37) * 1.25
        default: scrape == size.scrapes / 2 ? 1 : nil
        }
    }

    static func noise(_ index: Int, _ scrape: Int) -> Int {
        let seed = UInt64(truncatingIfNeeded: index &* 1_000_003 &+ scrape)
        let mixed = (seed ^ (seed >> 17)) &* 0xBF58_476D_1CE4_E5B9
        return Int((mixed ^ (mixed >> 29)) >> 40)
    }

    private static func jitter(_ scrape: Int) -> Int64 {
        let noise = noise(-1, scrape)
        return noise % 10 < 4 ? Int64(noise / 10 % 11) : 0
    }

    private static func series(_ size: DatasetSize) -> [Series] {
        var series: [Series] = []
        func add(_ kind: Kind, _ labels: [(name: String, value: String)]) {
            series.append(Series(labels: .init(Labels(labels.map { Label(name: $0.name, value: $0.value) })), kind: kind))
        }
        for index in 0..<size.counters {
            add(
                .counter,
                [
                    ("__name__", "http_requests_total"), ("instance", "host-\(index / 50)"), ("path", "/p\(index % 25)"),
                    ("status", index % 50 < 25 ? "200" : "500"),
                ])
        }
        for index in 0..<size.histograms {
            for (place, bound) in DatasetSize.bounds.enumerated() {
                add(
                    .bucket(place),
                    [
                        ("__name__", "http_request_duration_seconds_bucket"), ("instance", "host-\(index / 25)"), ("le", bound),
                        ("path", "/p\(index % 25)"),
                    ])
            }
        }
        for index in 0..<size.gauges {
            add(.gauge, [("__name__", "temperature"), ("instance", "host-\(index)"), ("zone", "z\(index % 3)")])
        }
        for index in 0..<size.longSeries { add(.long, [("__name__", "long_total"), ("instance", "host-\(index)")]) }
        guard size.hasOddSeries else { return series }
        for (kind, name) in ["gaps", "stale", "special", "constant", "saw", "lonely"].enumerated() {
            add(.odd(kind), [("__name__", "odd"), ("case", name)])
        }
        return series
    }
}
