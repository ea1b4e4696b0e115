import LapwingPromQL
public import LapwingRules
public import LapwingSeries
import LapwingText
import LapwingYAML

/// A test file made from recorded series: what was measured as input, and what rules make of it as what is expected.
public struct RecordedTest: Sendable {
    public var series: [(labels: Labels, columns: SampleColumns)]
    public var start: Timestamp
    public var end: Timestamp
    /// Between the values of a series, and between evaluations.
    public var interval: Duration

    public init(
        series: [(labels: Labels, columns: SampleColumns)], start: Timestamp, end: Timestamp, interval: Duration
    ) {
        (self.series, self.start, self.end, self.interval) = (series, start, end, interval)
    }

    /// The distance that samples of one series have most often, in whole seconds; nil where no series has two.
    public static func interval(of series: [(labels: Labels, columns: SampleColumns)]) -> Duration? {
        var counts: [Int64: Int] = [:]
        for one in series {
            let times = one.columns.times + one.columns.histogramTimes
            for (a, b) in zip(times, times.dropFirst()) where b > a {
                counts[max(1, (b - a + 500) / 1000), default: 0] += 1
            }
        }
        return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }.map { .seconds($0.key) }
    }

    /// The file as YAML. Expectations are written where the alerts of a rule change, and of recorded metrics at the end.
    ///
    /// - Parameter ruleFiles: with their paths as the file is to name them.
    public func text(_ ruleFiles: [(path: String, file: RuleFile)]) -> String {
        let interval = YAMLValue.plain(interval.prometheusText)
        let input = self.series.map { one in (labels: one.labels, values: values(one.columns)) }
        var test: [(key: String, value: YAMLValue)] = [
            ("interval", interval), ("start_timestamp", .text(TimeText.rfc3339(milliseconds: start.milliseconds))),
            (
                "input_series",
                .list(
                    input.map { one in
                        .mapping([
                            ("series", .text(one.labels.seriesText)),
                            ("values", .text(SeriesNotation.text(of: one.values))),
                        ])
                    })
            ),
        ]
        test += expectations(input, ruleFiles.flatMap(\.file.groups))
        return YAMLValue.mapping([
            ("rule_files", .list(ruleFiles.map { .text($0.path) })), ("evaluation_interval", interval),
            ("tests", .list([.mapping(test)])),
        ]).document
    }

    /// Each sample in the place nearest to it on a grid that begins where the series does; the last where several are.
    private func values(_ columns: SampleColumns) -> [NotatedValue] {
        let step = max(1, interval.milliseconds)
        let count = Int(max(0, end.milliseconds - start.milliseconds) / step) + 1
        var values = [NotatedValue](repeating: .gap, count: min(count, SeriesNotation.maximumValues))
        guard let first = [columns.times.first, columns.histogramTimes.first].compactMap({ $0 }).min() else { return [] }
        let phase = (first - start.milliseconds) % step
        func put(_ value: NotatedValue, at time: Int64) {
            let place = Int((time - start.milliseconds - phase + step / 2) / step)
            if values.indices.contains(place) { values[place] = value }
        }
        for (time, value) in zip(columns.times, columns.values) { put(.float(value), at: time) }
        for (time, histogram) in zip(columns.histogramTimes, columns.histograms) {
            // The end of a series is one mark, whatever was in it.
            put(histogram.isStaleMarker ? .float(StaleMarker.value) : .histogram(histogram), at: time)
        }
        while case .gap? = values.last { values.removeLast() }
        return values
    }

    // MARK: Expectations

    private func expectations(_ input: [(labels: Labels, values: [NotatedValue])], _ groups: [RuleGroup]) -> [(
        key: String, value: YAMLValue
    )] {
        if groups.isEmpty { return [] }
        let test = UnitTest(
            name: "", interval: interval, start: start, series: input, externalLabels: .empty, externalURL: "",
            alertExpectations: [],
            queryExpectations: [], range: SourceRange(0, 0))
        var file = UnitTestFile(emptyAt: SourceText(name: "", ""))
        file.evaluationInterval = interval
        var run = UnitTestRun(test: test, file: file, groups: groups, foreseeable: [], recorder: nil)
        let changes = run.changes(through: end.duration(since: start))
        var expectations: [(key: String, value: YAMLValue)] = []
        if !changes.isEmpty {
            let items = changes.map { change -> YAMLValue in
                let expected = change.expectation.correction(for: change.alerts)?.value ?? .list([])
                let time = change.expectation.time.prometheusText
                return .mapping([
                    ("eval_time", .plain(time)), ("alertname", .text(change.expectation.alertName)),
                    ("exp_alerts", expected),
                ])
            }
            expectations.append(("alert_rule_test", .list(items)))
        }
        let recorded = run.recorded(at: end.duration(since: start))
        if !recorded.isEmpty {
            let time = end.duration(since: start).prometheusText
            let items = recorded.map { one -> YAMLValue in
                .mapping([("expr", .text(one.selector)), ("eval_time", .plain(time)), ("exp_samples", one.samples)])
            }
            expectations.append(("promql_expr_test", .list(items)))
        }
        return expectations
    }
}

extension UnitTestRun {
    /// When which alerts began to fire or ceased to, by rule; also that none fires at first.
    mutating func changes(through end: Duration) -> [(
        expectation: AlertExpectation, alerts: [AlertExpectation.Labeled]
    )] {
        guard var loader = try? SeriesLoader(test, into: sink) else { return [] }
        let environment = environment
        var names: [String] = []
        for case .alerting(let rule) in groups.flatMap(\.rules) where !names.contains(rule.name) {
            names.append(rule.name)
        }
        var last: [String: Set<Labels>] = [:]
        var changes: [(expectation: AlertExpectation, alerts: [AlertExpectation.Labeled])] = []
        var time = Duration.zero
        while time <= end {
            _ = loader.load(through: test.start + time, into: sink)
            _ = evaluate(at: time, environment)
            for name in names {
                var expectation = AlertExpectation(alertName: name, range: SourceRange(0, 0))
                expectation.time = time
                let alerts = alerts(of: expectation).alerts
                if last.updateValue(Set(alerts.map(\.labels)), forKey: name) != Set(alerts.map(\.labels)) {
                    changes.append((expectation, alerts))
                }
            }
            time += step
        }
        return changes
    }

    /// What recording rules have written, metric by metric.
    func recorded(at time: Duration) -> [(selector: String, samples: YAMLValue)] {
        var metrics: [String] = []
        for case .recording(let rule) in groups.flatMap(\.rules) where !metrics.contains(rule.metric) {
            metrics.append(rule.metric)
        }
        return metrics.compactMap { metric in
            let selector = Labels([LabelName.metric: metric]).seriesText
            guard let query = try? PreparedQuery(selector),
                let result = try? querier.instant(query, at: test.start + time),
                let samples = try? result.ruleVector(at: test.start + time)
            else { return nil }
            let none = QueryExpectation(
                time: time, query: query, samples: [], range: SourceRange(0, 0), itemRange: SourceRange(0, 0))
            return (selector, none.correction(for: samples.sorted { $0.labels < $1.labels }) { $0 == $1 }.value)
        }
    }
}
