import LapwingAlerting
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText

/// Whether what has come of the rules is what was expected.
extension UnitTestRun {
    // MARK: Alerts

    /// That no rule has an expectation's alert: what never comes would be as expected.
    func unknownAlert(of expectation: AlertExpectation) -> Diagnostic? {
        if file.isLenient || alertNames.contains(expectation.alertName) { return nil }
        let help = Spelling.nearest(to: expectation.alertName, in: groups.flatMap(\.rules).map(\.name)).map { "did you mean \($0)?" }
        return Diagnostic("no rule has the alertname \(GoQuote.quote(expectation.alertName))", at: expectation.range, help: help)
    }

    mutating func check(_ expectation: AlertExpectation, at time: Duration) -> Diagnostic? {
        let (rules, got) = alerts(of: expectation)
        guard let difference = expectation.difference(from: got) else { return nil }
        if stopsAtFailure { return Diagnostic(difference, at: expectation.range) }
        if let correction = expectation.correction(for: got) { corrections.append(correction) }
        let state = expectation.state == .firing ? "" : ", state: \(expectation.state.rawValue)"
        let never = expectation.span?.frequency == .never ? ", never" : ""
        return Diagnostic(
            "alertname: \(expectation.alertName), time: \(time.prometheusText)\(state)\(never)" + difference
                + pending(instead: expectation, got.count) + rules.map { values(of: $0.rule, inGroup: $0.group, at: time) }.joined(),
            at: expectation.range)
    }

    /// The rules of an expectation's name, and their alerts that it is about.
    func alerts(of expectation: AlertExpectation) -> (rules: [(group: Int, rule: Rule)], alerts: [AlertExpectation.Labeled]) {
        var rules: [(group: Int, rule: Rule)] = []
        var alerts: [AlertExpectation.Labeled] = []
        for (group, state) in states.enumerated() {
            for (rule, ruleState) in zip(groups[group].rules, state.rules) where rule.alertName == expectation.alertName {
                rules.append((group, rule))
                alerts += ruleState.active.current.filter { expectation.isAbout($0) }.map { ($0.labels, $0.annotations.byName) }
            }
        }
        return (rules, alerts)
    }

    /// Alerts that wait where others were expected to fire: the values that follow may be beyond the threshold all the same.
    private func pending(instead expectation: AlertExpectation, _ got: Int) -> String {
        guard expectation.state == .firing, expectation.span?.frequency != .never, got < expectation.alerts.count else { return "" }
        var lines = ""
        for (group, state) in zip(groups, states) {
            for (rule, ruleState) in zip(group.rules, state.rules) {
                guard case .alerting(let rule) = rule, rule.name == expectation.alertName else { continue }
                for alert in ruleState.active.current.filter({ $0.state == .pending }).sorted(by: { $0.labels < $1.labels }) {
                    let since = alert.activeAt.duration(since: test.start).prometheusText
                    lines += "\n  pending        \(alert.labels) since \(since); `for` is \(rule.hold.prometheusText)"
                }
            }
        }
        return lines
    }

    /// The rule's expression with the values that its parts had at the last evaluation, for whoever wonders why.
    private func values(of rule: Rule, inGroup index: Int, at time: Duration) -> String {
        let group = groups[index]
        let instant = group.sampleTime(last[index] ?? test.start + time, environment)
        let evaluator = NodeEvaluator(engine: querier.engine, snapshot: store.snapshot(), time: instant)
        let seen = instant.duration(since: test.start)
        let shown = seen < .zero ? "-\((.zero - seen).prometheusText)" : seen.prometheusText
        return "\n  \(place(of: rule, in: group)): \(rule.name), values at \(shown):\n"
            + evaluator.node(rule.query.expression, in: rule.query).tree(depth: 2).trimmingLastNewline
    }

    /// The rule's file and line.
    func place(of rule: Rule, in group: RuleGroup) -> String {
        group.file + (file.rulePlaces["\(group.file) \(rule.range.lowerBound)"].map { ":\($0)" } ?? "")
    }

    // MARK: Notifications

    mutating func check(_ expectation: NotificationExpectation) -> Diagnostic? {
        guard let failure = expectation.failure(notifications.sent, since: test.start) else { return nil }
        corrections.append(expectation.correction(for: notifications.sent, since: test.start))
        return failure
    }

    // MARK: Queries

    mutating func check(_ expectation: QueryExpectation) -> Diagnostic? {
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
                ? isSame(wanted.histogram, found.histogram) : isSame(wanted.value, found.value))
        }
        if isEqual { return nil }
        corrections.append(expectation.correction(for: got, isSame: isSame))
        let item = { (labels: Labels, value: Double, histogram: NativeHistogram?) in
            let text = histogram?.notation ?? GoNumber.text(value)
            return AlignedDifference.Item(text: "\(labels) \(text)", fields: labels.map { ($0.name, GoQuote.quote($0.value)) } + [("value", text)])
        }
        let difference = AlignedDifference(
            expected: expected.map { item($0.labels, $0.value, $0.histogram) }, got: got.map { item($0.labels, $0.value, $0.histogram) })
        return Diagnostic(header + difference.text, at: expectation.range)
    }

    /// As they are written: empty buckets may be listed or not.
    private func isSame(_ a: NativeHistogram?, _ b: NativeHistogram?) -> Bool {
        guard let a, let b else { return false }
        return a == b || SeriesNotation.text(of: a) == SeriesNotation.text(of: b)
    }

    private func isSame(_ a: Double, _ b: Double) -> Bool {
        a == b || (a.isNaN && b.isNaN && !file.isLenient) || (file.comparesFuzzily && (a.nextUp == b || a.nextDown == b))
    }
}

extension String {
    fileprivate var trimmingLastNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
