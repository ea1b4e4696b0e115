import Dispatch
import LapwingAlerting
import LapwingPromQL
public import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import Synchronization

/// Runs the tests of one file over the rules that it names.
public struct UnitTestRunner: Sendable {
    public var file: UnitTestFile
    /// The groups of all rule files, in the order of evaluation.
    public let groups: [RuleGroup]
    /// Which tests run; nil for all.
    public var runsTest: (@Sendable (String) -> Bool)?

    public init(file: UnitTestFile, ruleFiles: [RuleFile], runsTest: (@Sendable (String) -> Bool)? = nil) {
        self.file = file
        self.runsTest = runsTest
        let all = ruleFiles.flatMap(\.groups)
        let order = file.groupOrder
        // Groups that the file does not list come after those that it does, in their own order.
        groups = all.enumerated().sorted { a, b in
            let (x, y) = (order.firstIndex(of: a.element.name) ?? order.count, order.firstIndex(of: b.element.name) ?? order.count)
            return (x, a.offset) < (y, b.offset)
        }.map(\.element)
    }

    /// Runs the tests side by side; outcomes come in the order of the file.
    public func run() -> [TestOutcome] { runAll(recordsCoverage: false).map(\.outcome) }

    /// Runs the tests and tells what they reach.
    public func runMeasuringCoverage() -> (outcomes: [TestOutcome], coverage: [RuleCoverage]) {
        let results = runAll(recordsCoverage: true)
        return (results.map(\.outcome), results.flatMap(\.coverage))
    }

    private func runAll(recordsCoverage: Bool) -> [(outcome: TestOutcome, coverage: [RuleCoverage])] {
        let chosen = file.tests.indices.filter { runsTest?(file.tests[$0].name) ?? true }
        let results = Mutex([(outcome: TestOutcome, coverage: [RuleCoverage])?](repeating: nil, count: chosen.count))
        DispatchQueue.concurrentPerform(iterations: chosen.count) { place in
            let index = chosen[place]
            let test = file.tests[index]
            let name = test.name.isEmpty ? "test \(index + 1)" : test.name
            let start = ContinuousClock.now
            let recorder = recordsCoverage ? CoverageRecorder(groups) : nil
            let failures = UnitTestRun(test: test, file: file, groups: groups, recorder: recorder).failures()
            let outcome = TestOutcome(name: name, failures: failures, source: file.source, duration: start.duration(to: .now))
            results.withLock { $0[place] = (outcome, recorder?.coverages ?? []) }
        }
        return results.withLock { $0.compactMap { $0 } }
    }

    /// Whether some test that speaks of certain rules fails with other groups in the place of these.
    func notices(_ changed: [RuleGroup], testing names: Set<String>) -> Bool {
        file.tests.contains { test in
            guard runsTest?(test.name) ?? true, test.speaks(of: names) else { return false }
            return !UnitTestRun(test: test, file: file, groups: changed, recorder: nil).failures().isEmpty
        }
    }
}

extension UnitTest {
    /// Whether an expectation is about an alert or metric of one of these names, or may be.
    fileprivate func speaks(of names: Set<String>) -> Bool {
        if alertExpectations.contains(where: { names.contains($0.alertName) }) { return true }
        return queryExpectations.contains { expectation in
            expectation.query.expression.metrics.contains { $0.map { names.contains($0) || AlertSamples.metrics.contains($0) } ?? true }
        }
    }
}

extension QueryExpression {
    /// The metrics of all selectors; nil for one that does not name its metric.
    var metrics: [String?] {
        guard case .vectorSelector(let selector) = self else { return children.flatMap(\.metrics) }
        return [selector.matchers.first(where: { $0.name == LabelName.metric && $0.operation == .equal })?.value]
    }
}

extension AlertSamples {
    fileprivate static let metrics: Set<String> = [alertsMetric, forStateMetric]
}

/// One test on its way: its own store, its own rule state.
private struct UnitTestRun {
    let test: UnitTest
    let file: UnitTestFile
    let groups: [RuleGroup]
    let store: Store
    let querier: SourceQuerier
    let recorder: CoverageRecorder?

    init(test: UnitTest, file: UnitTestFile, groups: [RuleGroup], recorder: CoverageRecorder?) {
        self.recorder = recorder
        self.test = test
        self.file = file
        self.groups = groups
        store = Store(options: StoreOptions(retention: nil))
        var options = EngineOptions()
        options.defaultSubqueryStep = file.evaluationInterval
        querier = SourceQuerier(engine: QueryEngine(options), source: store)
    }

    func failures() -> [Diagnostic] {
        recorder?.expects(
            alerts: Set(test.alertExpectations.map(\.alertName)),
            metrics: Set(test.queryExpectations.flatMap(\.query.expression.metrics).compactMap { $0 }))
        var environment = RuleEnvironment(
            querier: querier, sink: store, externalLabels: test.externalLabels, externalURL: test.externalURL,
            defaultInterval: test.interval)
        if let recorder { environment.onBranch = { recorder.took($0) } }
        var states = groups.map { GroupState(ruleCount: $0.rules.count) }
        var failures: [Diagnostic] = []
        var expectations = test.alertExpectations.sorted { $0.time < $1.time }[...]
        let lastTime = (test.alertExpectations.map(\.time) + test.queryExpectations.map(\.time)).max() ?? .zero
        var loader: SeriesLoader
        do throws(AppendError) {
            loader = try SeriesLoader(test, into: store)
        } catch {
            return [Diagnostic(error.message, at: test.range)]
        }
        var time = Duration.zero
        while time <= lastTime {
            let now = test.start + time
            loader.load(through: now, into: store)
            for index in groups.indices {
                let outcome = groups[index].evaluate(&states[index], at: now, in: environment)
                recorder?.evaluated(index, outcome, states[index], querier)
                for failure in outcome.failures {
                    failures.append(
                        Diagnostic(
                            "rule \(groups[index].rules[failure.rule].name) failed at \(text(time)): \(failure.message)", at: test.range))
                }
            }
            if !failures.isEmpty { return failures }
            while let next = expectations.first, next.time < time + file.evaluationInterval {
                expectations.removeFirst()
                if let failure = check(next, states) { failures.append(failure) }
            }
            time += file.evaluationInterval
        }
        loader.load(through: .distantFuture, into: store)
        return failures + test.queryExpectations.compactMap(check)
    }

    private func text(_ time: Duration) -> String { PrometheusDuration.text(milliseconds: time.milliseconds) }

    // MARK: Alerts

    private func check(_ expectation: AlertExpectation, _ states: [GroupState]) -> Diagnostic? {
        var got: [(labels: Labels, annotations: Labels)] = []
        var isKnown = false
        for (group, state) in zip(groups, states) {
            for (rule, ruleState) in zip(group.rules, state.rules) where rule.name == expectation.alertName {
                guard case .alerting = rule else { continue }
                isKnown = true
                got += ruleState.active.current.filter { $0.state == .firing }.map { ($0.labels, Labels($0.annotations)) }
            }
        }
        guard isKnown || file.isLenient else {
            let names = groups.flatMap(\.rules).map(\.name)
            let help = Spelling.nearest(to: expectation.alertName, in: names).map { "did you mean \($0)?" }
            return Diagnostic("no rule has the alertname \(GoQuote.quote(expectation.alertName))", at: expectation.range, help: help)
        }
        let ordered = { (alerts: [(labels: Labels, annotations: Labels)]) in
            alerts.sorted { ($0.labels, $0.annotations) < ($1.labels, $1.annotations) }
        }
        let (expected, found) = (ordered(expectation.alerts), ordered(got))
        let isEqual = expected.count == found.count && zip(expected, found).allSatisfy { $0.labels == $1.labels && $0.annotations == $1.annotations }
        if isEqual { return nil }
        let line = { (alert: (labels: Labels, annotations: Labels)) in "\(alert.labels) annotations \(alert.annotations)" }
        return Diagnostic(
            "alertname: \(expectation.alertName), time: \(text(expectation.time))" + difference(expected.map(line), found.map(line)),
            at: expectation.range)
    }

    // MARK: Queries

    private func check(_ expectation: QueryExpectation) -> Diagnostic? {
        let time = test.start + expectation.time
        let header = "expr: \(GoQuote.quote(expectation.query.text)), time: \(text(expectation.time))"
        var got: [VectorSample]
        do throws(QueryError) {
            got = try querier.instant(expectation.query, at: time).ruleVector(at: time)
        } catch {
            return Diagnostic("\(header), err: \(error)", at: expectation.range)
        }
        got.sort { $0.labels < $1.labels }
        let expected = expectation.samples.sorted { $0.labels < $1.labels }
        let isEqual = got.count == expected.count && zip(expected, got).allSatisfy { wanted, found in
            wanted.labels == found.labels && (wanted.histogram != nil || found.histogram != nil
                ? wanted.histogram == found.histogram : isSame(wanted.value, found.value))
        }
        if isEqual { return nil }
        let line = { (labels: Labels, value: Double, histogram: NativeHistogram?) in
            "\(labels) \(histogram?.description ?? GoNumber.text(value))"
        }
        return Diagnostic(
            header + difference(expected.map { line($0.labels, $0.value, $0.histogram) }, got.map { line($0.labels, $0.value, $0.histogram) }),
            at: expectation.range)
    }

    private func isSame(_ a: Double, _ b: Double) -> Bool {
        a == b || (a.isNaN && b.isNaN) || (file.comparesFuzzily && (a.nextUp == b || a.nextDown == b))
    }

    /// Both sides, one line for each element, with what they share unmarked.
    private func difference(_ expected: [String], _ got: [String]) -> String {
        let (wanted, found) = (Set(expected), Set(got))
        var lines: [String] = []
        for line in expected { lines.append((found.contains(line) ? "      " : "  exp ") + line) }
        for line in got where !wanted.contains(line) { lines.append("  got " + line) }
        if expected.isEmpty { lines.insert("  exp nothing", at: 0) }
        if got.isEmpty { lines.append("  got nothing") }
        return "\n" + lines.joined(separator: "\n")
    }
}

/// Feeds a test's series into a store as its time comes, as a scrape would.
private struct SeriesLoader {
    private let references: [SeriesReference]
    private let series: [(labels: Labels, values: [NotatedValue])]
    private let start: Int64
    private let interval: Int64
    private var next = 0

    init(_ test: UnitTest, into store: Store) throws(AppendError) {
        series = test.series
        references = try store.references(for: test.series.map(\.labels))
        start = test.start.milliseconds
        interval = max(1, test.interval.milliseconds)
    }

    mutating func load(through time: Timestamp, into store: Store) {
        let longest = series.map(\.values.count).max() ?? 0
        while next < longest, start + Int64(next) * interval <= time.milliseconds {
            var batch = SampleBatch()
            for (reference, series) in zip(references, series) where next < series.values.count {
                let milliseconds = start + Int64(next) * interval
                switch series.values[next] {
                case .gap: break
                case .float(let value): batch.append(reference, time: milliseconds, value: value)
                case .histogram(let histogram): batch.append(reference, time: milliseconds, histogram: histogram)
                }
            }
            _ = try? store.append(batch)
            next += 1
        }
    }
}
