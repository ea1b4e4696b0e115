import LapwingPromQL
import LapwingSeries
import LapwingText

/// Why a selector finds nothing in recorded data.
enum MissingSeries {
    /// No series has the name; with the nearest that is there.
    case neverExisted(nearest: String?)
    /// No series of the metric has the label.
    case noLabel(String, nearest: String?)
    /// No series of the metric satisfies this matcher; with the nearest value that is there.
    case neverSeen(Matcher, nearest: String?)
    /// Each matcher finds something, all together do not.
    case notTogether
    /// There were series until then.
    case vanished(Timestamp)

    /// - Returns: nil where series are there at the end of the data.
    init?(_ selector: VectorSelector, in data: LintData) throws(ReadError) {
        let recent = TimeRange(start: data.times.end - LintData.lookback, end: data.times.end)
        if try Self.newest(of: selector, in: data, recent) != nil { return nil }
        if try !data.snapshot.labels(of: selector.matchers, over: data.times).isEmpty,
            let newest = try Self.newest(of: selector, in: data, data.times)
        {
            self = .vanished(newest)
            return
        }
        let names = selector.matchers.filter { $0.name == LabelName.metric }
        if !names.isEmpty, try data.snapshot.labels(of: names, over: data.times).isEmpty {
            let known = try data.snapshot.labelValues(of: LabelName.metric, matching: [], over: data.times)
            self = .neverExisted(nearest: selector.metric.flatMap { Spelling.nearest(to: $0, in: known) })
            return
        }
        for matcher in selector.matchers where matcher.name != LabelName.metric {
            guard try data.snapshot.labels(of: names + [matcher], over: data.times).isEmpty else { continue }
            let values = try data.snapshot.labelValues(of: matcher.name, matching: [names], over: data.times)
            if values.isEmpty {
                let known = try data.snapshot.labelNames(matching: [names], over: data.times)
                self = .noLabel(matcher.name, nearest: Spelling.nearest(to: matcher.name, in: known))
            } else {
                self = .neverSeen(matcher, nearest: Spelling.nearest(to: matcher.value, in: values))
            }
            return
        }
        self = .notTogether
    }

    /// The time of the last sample; nil where there is none.
    private static func newest(of selector: VectorSelector, in data: LintData, _ range: TimeRange) throws(ReadError) -> Timestamp? {
        let series = try data.snapshot.select(selector.matchers, over: range)
        var latest = LatestSamples()
        try series.readLatest(0..<series.count, over: range, into: &latest)
        return latest.times.filter { $0 != LatestSamples.absent }.max().map { Timestamp(milliseconds: $0) }
    }

    func message(_ selector: VectorSelector) -> String {
        let metric = selector.metric ?? "the metric"
        return switch self {
        case .neverExisted: "there is no series \(metric) in the data"
        case .noLabel(let label, _): "no series of \(metric) in the data has a label \(label)"
        case .neverSeen(let matcher, _): "no series of \(metric) in the data satisfies \(matcher)"
        case .notTogether: "no series in the data satisfies all matchers together, though each is satisfied by some"
        case .vanished(let time): "\(metric) has vanished: its last sample is of \(TimeText.rfc3339(milliseconds: time.milliseconds))"
        }
    }

    var nearest: String? {
        switch self {
        case .neverExisted(let nearest), .noLabel(_, let nearest), .neverSeen(_, let nearest): nearest
        case .notTogether, .vanished: nil
        }
    }
}
