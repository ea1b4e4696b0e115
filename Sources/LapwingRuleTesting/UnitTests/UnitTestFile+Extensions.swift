import LapwingNotify
import LapwingSeries
import LapwingText
import LapwingYAML

/// What goes beyond promtool's schema in a test; all of it is optional.
extension UnitTestReader {
    mutating func readExtensions(_ fields: YAMLFields, into test: inout UnitTest) {
        test.usesGroupIntervals = fields.bool("group_intervals", &problems) ?? false
        test.delay = fields.duration("delay", &problems) ?? .zero
        for node in fields.list("gaps", &problems) { if let gap = gap(node, every: test.interval) { test.gaps.append(gap) } }
        if let node = fields.node("restart"), let span = span(node, "restart") { test.restart = span.lowerBound..<span.upperBound }
        if let node = fields.node("webhook") { readReceiver(node, into: &test.receiver) }
        test.notificationExpectations = fields.list("notification_test", &problems).compactMap { notificationExpectation($0) }
        if let restart = test.restart, restart.lowerBound > test.lastTime {
            let last = test.lastTime.prometheusText
            problems.append(
                Diagnostic(
                    "the restart at \(restart.lowerBound.prometheusText) changes nothing: the last expectation is at \(last)",
                    at: fields.node("restart")?.range, help: "let it begin by \(last), or expect something after it"))
        }
    }

    /// A span that has samples to leave out.
    private mutating func gap(_ node: YAMLNode, every interval: Duration) -> ClosedRange<Duration>? {
        guard let gap = span(node, "a gap") else { return nil }
        let step = max(1, interval.milliseconds)
        if gap.upperBound.milliseconds / step * step < gap.lowerBound.milliseconds {
            problems.append(Diagnostic("no sample falls into the gap", at: node.range, help: "samples come every \(interval.prometheusText)"))
        }
        return gap
    }

    /// Two times: `[5m, 20m]`.
    mutating func span(_ node: YAMLNode, _ name: String) -> ClosedRange<Duration>? {
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
}
