import LapwingExposition

/// Reading exposition pages: a page that has never been seen, and the same page one scrape later.
enum ExpositionBenchmarks {
    /// - Parameter series: lines of the page; 50,000 make 5.8 MB, the page of issue 4.
    static func rows(series: Int) -> [Row] {
        let first = page(series: series, scrape: 0)
        let next = page(series: series, scrape: 1)
        let megabytes = Double(next.count) / 1e6
        var known = SeriesTexts()
        var read = ExpositionPage()
        var firstTime = Double.infinity
        var decodeTime = Double.infinity
        var nextTime = Double.infinity
        for _ in 0..<5 {
            known = SeriesTexts()
            var start = ContinuousClock.now
            try? read.read(first.span, as: .prometheusText, known: &known)
            firstTime = min(firstTime, Stopwatch.seconds(since: start))
            start = ContinuousClock.now
            for line in read.newLines { _ = try? read.labels(ofLine: line, in: first.span) }
            decodeTime = min(decodeTime, Stopwatch.seconds(since: start))
            start = ContinuousClock.now
            try? read.read(next.span, as: .prometheusText, known: &known)
            nextTime = min(nextTime, Stopwatch.seconds(since: start))
        }
        // What was computed, so that nothing is optimised away and two runs can be told to agree.
        let checksum = read.values.reduce(0, +) + Double(known.count)
        return [
            ("exposition page", megabytes, "MB"),
            ("exposition first page", megabytes / firstTime, "MB/s"),
            ("exposition labels decoded", Double(series) / decodeTime, "series/s"),
            ("exposition seen page", megabytes / nextTime, "MB/s"),
            ("exposition seen page", nextTime * 1000, "ms"),
            ("exposition checksum", checksum, "sum"),
        ]
    }

    /// Service-like lines of about 115 bytes: histogram buckets and counters, some floats, in the same order each time.
    static func page(series: Int, scrape: Int) -> [UInt8] {
        var text = ""
        text.reserveCapacity(series * 120)
        let methods = ["GET", "POST", "PUT", "DELETE"]
        for index in 0..<series {
            if index % 50 == 0 {
                text +=
                    "# HELP http_server_request_duration_\(index / 50) How long requests took, by route and status.\n"
                text += "# TYPE http_server_request_duration_\(index / 50) counter\n"
            }
            text += "http_server_request_duration_\(index / 50){method=\"\(methods[index % 4])\","
            text += "route=\"/api/v1/resources/\(index % 50)\",status=\"200\",instance_zone=\"eu-\(index % 3)\"} "
            switch index % 20 {
            case 0: text += "\(Double(index * 7 + scrape) / 1000.0 + 0.000123)\n"
            case 1: text += "\(index + scrape).45e+06\n"
            default: text += "\(index * 13 + scrape * 3)\n"
            }
        }
        return Array(text.utf8)
    }
}
