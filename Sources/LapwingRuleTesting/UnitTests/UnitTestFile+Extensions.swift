import LapwingAlerting
import LapwingNotify
import LapwingSeries
import LapwingText
import LapwingYAML

/// Expectations of alerts, and what goes beyond promtool's schema; all of the latter is optional.
extension UnitTestReader {
    mutating func readExtensions(_ fields: YAMLFields, into test: inout UnitTest) {
        test.usesGroupIntervals = fields.bool("group_intervals", &problems) ?? false
        test.delay = fields.duration("delay", &problems) ?? .zero
        test.gaps = fields.list("gaps", &problems).compactMap { span($0, "a gap") }
        if let node = fields.node("restart"), let span = span(node, "restart") { test.restart = span.lowerBound..<span.upperBound }
        if let node = fields.node("webhook") { readReceiver(node, into: &test.receiver) }
        test.notificationExpectations = fields.list("notification_test", &problems).compactMap { notificationExpectation($0) }
    }

    /// Two times: `[5m, 20m]`.
    private mutating func span(_ node: YAMLNode, _ name: String) -> ClosedRange<Duration>? {
        let times = (node.sequence ?? []).compactMap { $0.scalar }.compactMap { try? PrometheusDuration.milliseconds($0.text) }
        guard times.count == 2, node.sequence?.count == 2, times[0] <= times[1] else {
            problems.append(Diagnostic("\(name) is two durations, [FROM, TO]", at: node.range))
            return nil
        }
        return .milliseconds(times[0]) ... .milliseconds(times[1])
    }

    private mutating func readReceiver(_ node: YAMLNode, into receiver: inout WebhookReceiver) {
        let known = ["group_by", "group_wait", "group_interval", "repeat_interval", "send_resolved"]
        guard let fields = YAMLFields(node, kind: "webhook", known: known, &problems) else { return }
        let names = fields.texts("group_by", &problems).map(\.text)
        if fields.node("group_by") != nil { receiver.grouping = names == ["..."] ? .allLabels : .labels(names) }
        receiver.groupWait = fields.duration("group_wait", &problems) ?? receiver.groupWait
        receiver.groupInterval = fields.positiveDuration("group_interval", &problems) ?? receiver.groupInterval
        receiver.repeatInterval = fields.positiveDuration("repeat_interval", &problems) ?? receiver.repeatInterval
        receiver.sendsResolved = fields.bool("send_resolved", &problems) ?? receiver.sendsResolved
    }

    private mutating func notificationExpectation(_ node: YAMLNode) -> NotificationExpectation? {
        guard let fields = YAMLFields(node, kind: "notification_test", known: ["eval_time", "exp_notifications"], &problems) else { return nil }
        var messages: [NotificationExpectation.Message] = []
        for item in fields.list("exp_notifications", &problems) where !item.isNull {
            let known = ["time", "status", "group_labels", "alerts"]
            guard let fields = YAMLFields(item, kind: "expected notification", known: known, &problems) else { continue }
            messages.append(
                NotificationExpectation.Message(
                    time: fields.duration("time", &problems), status: fields.text("status", &problems) ?? "firing",
                    groupLabels: fields.node("group_labels") == nil ? nil : labels(fields, "group_labels"),
                    alerts: fields.integer("alerts", &problems)))
        }
        return NotificationExpectation(time: fields.duration("eval_time", &problems) ?? .zero, messages: messages, range: node.range)
    }

    /// What an item of `alert_rule_test` expects: one thing, or of each alert that it never is.
    mutating func alertExpectations(_ node: YAMLNode) -> [AlertExpectation] {
        let known = ["eval_time", "alertname", "exp_alerts", "state", "match", "ignore_annotations", "never", "always", "within"]
        guard let fields = YAMLFields(node, kind: "alert_rule_test", known: known, &problems) else { return [] }
        guard let name = fields.text("alertname", &problems), !name.isEmpty else {
            problems.append(Diagnostic("an item under alert_rule_test misses required attribute alertname", at: node.range))
            return []
        }
        var expectation = AlertExpectation(alertName: name, range: node.range)
        expectation.time = fields.duration("eval_time", &problems) ?? .zero
        expectation.state = choice(fields, "state", among: AlertExpectation.State.allCases) ?? .firing
        expectation.matching = choice(fields, "match", among: AlertExpectation.Matching.allCases) ?? .exact
        expectation.ignoredAnnotations = fields.texts("ignore_annotations", &problems).map(\.text)
        for frequency in AlertExpectation.Frequency.allCases {
            guard let node = fields.node(frequency.rawValue), let range = span(node, frequency.rawValue) else { continue }
            if let other = expectation.span?.frequency {
                problems.append(Diagnostic("\(frequency.rawValue) and \(other.rawValue) exclude each other", at: fields.keyRange(frequency.rawValue)))
            }
            expectation.span = (frequency, range)
        }
        for item in fields.list("exp_alerts", &problems) where !item.isNull {
            guard let fields = YAMLFields(item, kind: "expected alert", known: ["exp_labels", "exp_annotations"], &problems) else { continue }
            expectation.alerts.append((labels(fields, "exp_labels").setting(LabelName.alert, name), pairs(fields, "exp_annotations").byName))
        }
        let saysOnlyState = fields.node("state") != nil && fields.node("exp_alerts") == nil
        if expectation.span == nil, !saysOnlyState { return [expectation] }
        // It is about alerts like these, or of that name at all, and others do not matter.
        expectation.allowsOthers = true
        if expectation.matching == .exact { expectation.matching = .subset }
        if expectation.alerts.isEmpty { expectation.alerts = [(Labels([LabelName.alert: name]), [])] }
        guard expectation.span?.frequency == .never else { return [expectation] }
        return expectation.alerts.map { alert in
            var one = expectation
            one.alerts = [alert]
            return one
        }
    }

    private mutating func choice<T: RawRepresentable>(_ fields: YAMLFields, _ name: String, among all: [T]) -> T? where T.RawValue == String {
        guard let scalar = fields.scalar(name, &problems) else { return nil }
        if let value = T(rawValue: scalar.text) { return value }
        let names = all.map(\.rawValue)
        let help = Spelling.nearest(to: scalar.text, in: names).map { "did you mean \($0)?" }
        problems.append(Diagnostic("\(name) is \(names.joined(separator: ", ")), not \(GoQuote.quote(scalar.text))", at: fields.keyRange(name), help: help))
        return nil
    }
}
