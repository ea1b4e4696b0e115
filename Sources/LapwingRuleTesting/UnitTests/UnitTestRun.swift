import LapwingAlerting
import LapwingNotify
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText

/// One test on its way: its own store, its own rule state.
struct UnitTestRun {
    let test: UnitTest
    let file: UnitTestFile
    let groups: [RuleGroup]
    let store: Store
    let querier: SourceQuerier
    /// What rules ask.
    private let ahead: AheadQuerier
    let recorder: CoverageRecorder?
    /// Whether one failure is enough, and nobody reads what it says.
    var stopsAtFailure = false
    private var states: [GroupState]
    /// What the expectations that failed would have to say.
    private(set) var corrections: [ExpectationCorrection] = []
    private var notifications: SimulatedNotifications
    /// The last evaluation of each group.
    private var last: [Timestamp?]

    /// - Parameter foreseeable: queries of rules that read nothing but the test's series.
    init(test: UnitTest, file: UnitTestFile, groups: [RuleGroup], foreseeable: Set<String>, recorder: CoverageRecorder?) {
        self.recorder = recorder
        self.test = test
        self.file = file
        self.groups = groups
        store = Store(options: StoreOptions(retention: nil))
        var options = EngineOptions()
        options.defaultSubqueryStep = file.evaluationInterval
        querier = SourceQuerier(engine: QueryEngine(options), source: store)
        ahead = AheadQuerier(querier, for: foreseeable, in: test, step: file.evaluationInterval)
        states = groups.map { GroupState(ruleCount: $0.rules.count) }
        last = groups.map { _ in nil }
        notifications = SimulatedNotifications(
            to: test.notificationExpectations.isEmpty ? [] : [test.receiver], externalLabels: test.externalLabels, externalURL: test.externalURL)
    }

    mutating func failures() -> [Diagnostic] {
        recorder?.expects(
            alerts: Set(test.alertExpectations.map(\.alertName)),
            metrics: Set(test.queryExpectations.flatMap(\.query.expression.metrics).compactMap { $0 }))
        let environment = environment
        var loader: SeriesLoader
        do throws(AppendError) {
            loader = try SeriesLoader(test, into: store)
        } catch {
            return [Diagnostic(error.message, at: test.range)]
        }
        var failures: [Diagnostic] = []
        var expectations = test.alertExpectations.filter { $0.span == nil }.sorted { $0.time < $1.time }[...]
        var spans = test.alertExpectations.compactMap { SpanCheck($0) }
        var told = test.notificationExpectations.sorted { $0.time < $1.time }[...]
        let step = self.step
        var time = Duration.zero
        while time <= test.lastTime {
            loader.load(through: test.start + time - test.delay, into: store)
            if test.restart?.contains(time) != true {
                let faults = evaluate(at: time, environment)
                if !faults.isEmpty { return failures + faults }
            }
            while let next = expectations.first, next.time < time + step {
                expectations.removeFirst()
                if let failure = check(next, at: next.time) { failures.append(failure) }
            }
            for index in spans.indices where spans[index].covers(time) { spans[index].take(check(spans[index].expectation, at: time)) }
            while let next = told.first, next.time < time + step {
                told.removeFirst()
                notifications.advance(to: test.start + next.time)
                guard let failure = next.failure(notifications.sent, since: test.start) else { continue }
                failures.append(failure)
                corrections.append(next.correction(for: notifications.sent, since: test.start))
            }
            if stopsAtFailure, !failures.isEmpty { return failures }
            time += step
        }
        failures += spans.compactMap(\.failure)
        for expectation in test.queryExpectations {
            if stopsAtFailure, !failures.isEmpty { return failures }
            if let failure = check(expectation) { failures.append(failure) }
        }
        return failures
    }

    /// Whether something may ask for what alerts leave.
    private var readsAlerts: Bool {
        let rules = groups.flatMap(\.rules)
        let asked = rules.map(\.query) + test.queryExpectations.map(\.query)
        let metrics = asked.flatMap(\.expression.metrics)
        return metrics.contains { $0.map(AlertSamples.metrics.contains) ?? true } || rules.contains(where: \.asksInTemplates)
    }

    var environment: RuleEnvironment {
        var environment = RuleEnvironment(
            querier: ahead, sink: store, externalLabels: test.externalLabels, externalURL: test.externalURL, defaultInterval: test.interval,
            writesAlerts: readsAlerts, elapsed: { .zero })
        if let recorder { environment.onBranch = { recorder.took($0) } }
        return environment
    }

    /// Between two looks at the rules.
    var step: Duration {
        guard test.usesGroupIntervals else { return file.evaluationInterval }
        let intervals = ([file.evaluationInterval] + groups.compactMap(\.interval)).map(\.milliseconds)
        return .milliseconds(max(1, intervals.reduce(0, Self.greatestCommonDivisor)))
    }

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : greatestCommonDivisor(b, a % b) }

    mutating func evaluate(at time: Duration, _ environment: RuleEnvironment) -> [Diagnostic] {
        var failures: [Diagnostic] = []
        let now = test.start + time
        for (index, group) in groups.enumerated() {
            let interval = test.usesGroupIntervals ? group.interval ?? file.evaluationInterval : file.evaluationInterval
            if time.milliseconds % max(1, interval.milliseconds) != 0 { continue }
            resume(index, interval, at: time)
            let outcome = group.evaluate(&states[index], at: now, in: environment)
            last[index] = now
            recorder?.evaluated(index, outcome, states[index], querier)
            notifications.receive(outcome)
            for failure in outcome.failures {
                failures.append(Diagnostic("rule \(group.rules[failure.rule].name) failed at \(time.prometheusText): \(failure.message)", at: test.range))
            }
        }
        return failures
    }

    /// Goes on after the time in which the test's restart let nobody evaluate, as a running server does.
    private mutating func resume(_ index: Int, _ interval: Duration, at time: Duration) {
        guard let restart = test.restart, let last = last[index], last < test.start + restart.lowerBound, time >= restart.upperBound else { return }
        let schedule = GroupSchedule(interval: interval, through: test.start)
        _ = RestartRule().resume(&states[index], of: groups[index], last: last, schedule, at: test.start + time)
    }

    // MARK: Alerts

    private mutating func check(_ expectation: AlertExpectation, at time: Duration) -> Diagnostic? {
        let (rules, got) = alerts(of: expectation)
        guard !rules.isEmpty || file.isLenient else {
            let names = groups.flatMap(\.rules).map(\.name)
            let help = Spelling.nearest(to: expectation.alertName, in: names).map { "did you mean \($0)?" }
            return Diagnostic("no rule has the alertname \(GoQuote.quote(expectation.alertName))", at: expectation.range, help: help)
        }
        guard let difference = expectation.difference(from: got) else { return nil }
        if stopsAtFailure { return Diagnostic(difference, at: expectation.range) }
        if let correction = expectation.correction(for: got) { corrections.append(correction) }
        let state = expectation.state == .firing ? "" : ", state: \(expectation.state.rawValue)"
        return Diagnostic(
            "alertname: \(expectation.alertName), time: \(time.prometheusText)\(state)" + difference
                + rules.map { values(of: $0.rule, $0.group, at: time) }.joined(),
            at: expectation.range)
    }

    /// The rules of an expectation's name, and their alerts that it is about.
    func alerts(of expectation: AlertExpectation) -> (rules: [(group: RuleGroup, rule: Rule)], alerts: [AlertExpectation.Labeled]) {
        var rules: [(group: RuleGroup, rule: Rule)] = []
        var alerts: [AlertExpectation.Labeled] = []
        for (group, state) in zip(groups, states) {
            for (rule, ruleState) in zip(group.rules, state.rules) where rule.name == expectation.alertName {
                guard case .alerting = rule else { continue }
                rules.append((group, rule))
                alerts += ruleState.active.current.filter { expectation.isAbout($0) }.map { ($0.labels, Labels($0.annotations)) }
            }
        }
        return (rules, alerts)
    }

    /// The rule's expression with the values of its parts, for whoever wonders why.
    private func values(of rule: Rule, _ group: RuleGroup, at time: Duration) -> String {
        let evaluator = NodeEvaluator(engine: querier.engine, snapshot: store.snapshot(), time: test.start + time)
        let line = file.rulePlaces["\(group.file) \(rule.range.lowerBound)"].map { ":\($0)" } ?? ""
        return "\n  \(group.file)\(line): \(rule.name), values at \(time.prometheusText):\n"
            + evaluator.node(rule.query.expression, in: rule.query).tree(depth: 2).trimmingLastNewline
    }
    // MARK: Queries

    private mutating func check(_ expectation: QueryExpectation) -> Diagnostic? {
        let time = test.start + expectation.time
        let header = "expr: \(GoQuote.quote(expectation.query.text)), time: \(expectation.time.prometheusText)"
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
        corrections.append(expectation.correction(for: got, isSame: isSame))
        let item = { (labels: Labels, value: Double, histogram: NativeHistogram?) in
            let text = histogram?.description ?? GoNumber.text(value)
            return AlignedDifference.Item(text: "\(labels) \(text)", fields: labels.map { ($0.name, GoQuote.quote($0.value)) } + [("value", text)])
        }
        let difference = AlignedDifference(
            expected: expected.map { item($0.labels, $0.value, $0.histogram) }, got: got.map { item($0.labels, $0.value, $0.histogram) })
        return Diagnostic(header + difference.text, at: expectation.range)
    }

    private func isSame(_ a: Double, _ b: Double) -> Bool {
        a == b || (a.isNaN && b.isNaN && !file.isLenient) || (file.comparesFuzzily && (a.nextUp == b || a.nextDown == b))
    }
}

extension String {
    fileprivate var trimmingLastNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
