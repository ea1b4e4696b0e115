import LapwingNotify
import LapwingReplay
public import LapwingSeries
public import LapwingText

/// The messages that a webhook has had up to a time, in their order: these and no others.
public struct NotificationExpectation: Sendable {
    public struct Message: Sendable {
        /// Nil: whenever.
        public var time: Duration?
        public var status: String
        public var groupLabels: Labels?
        /// How many alerts it is about; nil: however many.
        public var alerts: Int?
    }

    public var time: Duration
    public var messages: [Message]
    public var range: SourceRange

    func failure(_ sent: [SimulatedNotification], since start: Timestamp) -> Diagnostic? {
        let isEqual = messages.count == sent.count && zip(messages, sent).allSatisfy { expected, found in
            expected.status == found.message.status && (expected.time.map { start + $0 == found.at } ?? true)
                && (expected.groupLabels.map { $0 == found.message.groupLabels } ?? true)
                && (expected.alerts.map { $0 == found.message.alerts.count } ?? true)
        }
        if isEqual { return nil }
        let item = { (time: String, status: String, group: String, alerts: String) in
            AlignedDifference.Item(
                text: "\(time) \(status) \(group) \(alerts) \(alerts == "1" ? "alert" : "alerts")",
                fields: [("time", time), ("status", status), ("group", group), ("alerts", alerts)])
        }
        let found = sent.map { one in
            item(one.at.duration(since: start).prometheusText, one.message.status, one.message.groupLabels.description, "\(one.message.alerts.count)")
        }
        // What a message leaves open shows as what was got in its place.
        let wanted = messages.enumerated().map { index, message in
            let got = { (name: String) in index < found.count ? found[index][name] : nil }
            return item(
                message.time?.prometheusText ?? got("time") ?? "any time", message.status,
                message.groupLabels.map(\.description) ?? got("group") ?? "any group",
                message.alerts.map { "\($0)" } ?? got("alerts") ?? "any number of")
        }
        return Diagnostic("notifications up to \(time.prometheusText)" + AlignedDifference(expected: wanted, got: found).text, at: range)
    }
}
