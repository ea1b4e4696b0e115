import LapwingSeries

/// What rules are measured with: services with requests by path and status and a histogram of their durations, and for each the
/// rules of its runbook: rates, ratios, quantiles and burn rates, a group a service.
struct RuleWorkload {
    /// A group of ten rules over 200 series each.
    var services: Int

    /// Issue 5's: 500 rules over 10,000 series.
    static let full = RuleWorkload(services: 50)
    static let small = RuleWorkload(services: 2)

    static let rulesPerService = 10
    /// What an evaluation selects on average: series, and samples of 15 s scrapes.
    static let average = (series: 140, samples: 11_600)
    /// Milliseconds between scrapes.
    static let interval: Int64 = 15_000
    /// Scrapes that the longest window reaches back, and some.
    static let scrapes = 260

    private static let statuses = ["200", "404", "500", "503"]
    private static let paths = 20
    private static let histograms = 10

    var labels: [Labels] {
        (0..<services).flatMap { service -> [Labels] in
            let job = "service-\(service)"
            let counters = (0..<Self.paths).flatMap { path in
                Self.statuses.map { status in
                    Labels(metric: "http_requests_total", ["job": job, "path": "/p\(path)", "status": status])
                }
            }
            let buckets = (0..<Self.histograms).flatMap { path in
                DatasetSize.bounds.map { bound in
                    Labels(metric: "http_request_duration_seconds_bucket", ["job": job, "le": bound, "path": "/p\(path)"])
                }
            }
            return counters + buckets
        }
    }

    /// What all series grow by in a scrape: few errors, and buckets that add up.
    func grow(_ totals: inout [Double], _ scrape: Int) {
        let counters = Self.paths * Self.statuses.count
        let perService = counters + Self.histograms * DatasetSize.bounds.count
        for index in totals.indices {
            let noise = PeerDataset.noise(index, scrape)
            let place = index % perService
            if place < counters {
                totals[index] += place % 4 < 2 ? Double(noise % 90) : noise % 50 == 0 ? 1 : 0
            } else {
                let bucket = (place - counters) % DatasetSize.bounds.count
                for part in 0...bucket { totals[index] += Double(PeerDataset.noise(index - bucket + part, scrape) % (part < 6 ? part + 2 : 14 - part)) }
            }
        }
    }

    /// The rule file; no rule of it finds anything but a few of the last group.
    func ruleFile(interval: String = "5s") -> String {
        "groups:\n"
            + (0..<services).map { service in
                let requests = "http_requests_total{job=\"service-\(service)\"}"
                let errors = "http_requests_total{job=\"service-\(service)\",status=~\"5..\"}"
                let buckets = "http_request_duration_seconds_bucket{job=\"service-\(service)\"}"
                func ratio(_ window: String) -> String { "sum(rate(\(errors)[\(window)])) / sum(rate(\(requests)[\(window)]))" }
                let rules = [
                    ("Traffic", "sum by (path) (rate(\(requests)[5m])) > 1000"),
                    ("NoTraffic", "sum by (path) (rate(\(requests)[5m])) == 0"),
                    ("ErrorRatio", "\(ratio("5m")) > 0.5"),
                    ("ErrorRatioByPath", "sum by (path) (rate(\(errors)[5m])) / sum by (path) (rate(\(requests)[5m])) > 0.5"),
                    ("Slow", "histogram_quantile(0.95, sum by (le) (rate(\(buckets)[5m]))) > 20"),
                    ("SlowPath", "histogram_quantile(0.99, sum by (le, path) (rate(\(buckets)[5m]))) > 20"),
                    ("Burn", "\(ratio("1h")) > 0.5 and \(ratio("5m")) > 0.5"),
                    ("BurnAfter30m", "\(ratio("1h")) > 0.4 and \(ratio("30m")) > 0.4"),
                    ("BurnSlowly", "\(ratio("1h")) > 0.3 and \(ratio("10m")) > 0.3"),
                    ("BurnMore", "(\(ratio("1h")) > 0.2) > 2 * (\(ratio("30m")) > 0.2)"),
                ]
                return "  - name: service-\(service)\n    interval: \(interval)\n    rules:\n"
                    + rules.map { name, text in
                        "      - alert: \(name)\n        expr: '\(text)'\n        for: 5m\n        labels: {severity: page}\n"
                            + "        annotations: {summary: '{{ $labels.path }} at {{ $value }}'}\n"
                    }.joined()
            }.joined()
    }
}
