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
        let text = { (time: Duration) in PrometheusDuration.text(milliseconds: time.milliseconds) }
        let isEqual = messages.count == sent.count && zip(messages, sent).allSatisfy { expected, found in
            expected.status == found.message.status && (expected.time.map { start + $0 == found.at } ?? true)
                && (expected.groupLabels.map { $0 == found.message.groupLabels } ?? true)
                && (expected.alerts.map { $0 == found.message.alerts.count } ?? true)
        }
        if isEqual { return nil }
        let wanted = messages.map { message in
            let (when, group) = (message.time.map(text) ?? "any time", message.groupLabels.map(\.description) ?? "any group")
            return "\(when) \(message.status) \(group) \(message.alerts.map { "\($0)" } ?? "any number of") alerts"
        }
        let found = sent.map { one in
            "\(text(one.at.duration(since: start))) \(one.message.status) \(one.message.groupLabels) \(one.message.alerts.count) alerts"
        }
        return Diagnostic("notifications up to \(text(time))" + UnitTestRun.difference(wanted, found), at: range)
    }
}
