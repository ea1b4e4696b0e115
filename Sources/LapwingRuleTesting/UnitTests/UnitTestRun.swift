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
    /// Those of all groups.
    let alertNames: Set<String>
    let store: Store
    /// Where the test's series and those of its rules go.
    let sink: HintingSink
    let querier: SourceQuerier
    /// What rules ask.
    private let ahead: AheadQuerier
    let recorder: CoverageRecorder?
    /// Whether one failure is enough, and nobody reads what it says.
    var stopsAtFailure = false
    var states: [GroupState]
    /// What the expectations that failed would have to say.
    var corrections: [ExpectationCorrection] = []
    private(set) var notifications: SimulatedNotifications
    /// The last evaluation of each group.
    private(set) var last: [Timestamp?]

    /// - Parameter foreseeable: queries of rules that read nothing but the test's series.
    init(test: UnitTest, file: UnitTestFile, groups: [RuleGroup], foreseeable: Set<String>, recorder: CoverageRecorder?) {
        self.recorder = recorder
        self.test = test
        self.file = file
        self.groups = groups
        alertNames = Set(groups.flatMap(\.rules).compactMap(\.alertName))
        store = Store(options: StoreOptions(retention: nil))
        sink = HintingSink(store)
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
        let environment = environment
        var loader: SeriesLoader
        do throws(AppendError) {
            loader = try SeriesLoader(test, into: sink)
        } catch {
            return [Diagnostic(error.message, at: test.range)]
        }
        var failures = test.alertExpectations.compactMap(unknownAlert)
        let known = test.alertExpectations.filter { unknownAlert(of: $0) == nil }
        var expectations = known.filter { $0.span == nil }.sorted { $0.time < $1.time }[...]
        var spans = known.compactMap { SpanCheck($0) }
        var told = test.notificationExpectations.sorted { $0.time < $1.time }[...]
        // Where samples come late, a query is asked in its time, before more have come.
        let isLate = test.delay > .zero
        var queries = (isLate ? test.queryExpectations : []).sorted { $0.time < $1.time }[...]
        let step = self.step
        var time = Duration.zero
        while time <= test.lastTime {
            let refused = loader.load(through: test.start + time - test.delay, into: sink)
            if !refused.isEmpty { return failures + refused }
            if test.restart?.contains(time) != true {
                let faults = evaluate(at: time, environment)
                if !faults.isEmpty { return failures + faults }
            }
            for next in expectations.takeFirst(while: { $0.time < time + step }) {
                if let failure = check(next, at: next.time) { failures.append(failure) }
            }
            for index in spans.indices where spans[index].covers(time) {
                spans[index].take(check(spans[index].expectation, at: time))
            }
            for next in told.takeFirst(while: { $0.time < time + step }) {
                notify(through: next.time)
                if let failure = check(next) { failures.append(failure) }
            }
            for next in queries.takeFirst(while: { $0.time < time + step }) {
                failures += loader.load(through: test.start + next.time - test.delay, into: sink)
                if let failure = check(next) { failures.append(failure) }
            }
            if stopsAtFailure, !failures.isEmpty { return failures }
            time += step
        }
        failures += spans.compactMap { $0.failure(step: step) }
        for expectation in isLate ? [] : test.queryExpectations {
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
            querier: ahead, sink: sink, externalLabels: test.externalLabels, externalURL: test.externalURL, defaultInterval: test.interval,
            writesAlerts: readsAlerts, elapsed: { .zero })
        if let recorder { environment.onBranch = { recorder.took($0, $1) } }
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
        notify(through: time)
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
                let rule = group.rules[failure.rule]
                let message = "\(place(of: rule, in: group)): rule \(rule.name) of group \(group.name) failed at \(time.prometheusText): \(failure.message)"
                failures.append(Diagnostic(message, at: test.range))
            }
        }
        return failures
    }

    private mutating func notify(through time: Duration) {
        if let restart = test.restart, time > restart.lowerBound {
            notifications.rest(from: test.start + restart.lowerBound, until: test.start + restart.upperBound)
        }
        notifications.advance(to: test.start + time)
    }

    /// Goes on after the time in which the test's restart let nobody evaluate, as a running server does.
    private mutating func resume(_ index: Int, _ interval: Duration, at time: Duration) {
        guard let restart = test.restart, let last = last[index], time >= restart.upperBound else { return }
        let schedule = GroupSchedule(interval: interval, through: test.start)
        _ = RestartRule().resume(&states[index], of: groups[index], last: last, schedule, at: test.start + time)
    }
}

extension ArraySlice {
    /// Takes from the front what something applies to.
    fileprivate mutating func takeFirst(while applies: (Element) -> Bool) -> Self {
        let taken = prefix(while: applies)
        removeFirst(taken.count)
        return taken
    }
}
