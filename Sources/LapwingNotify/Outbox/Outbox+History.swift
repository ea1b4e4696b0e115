import LapwingSeries

/// What was sent and what was let go, for the history and the log.
extension Outbox {
    func sending(
        _ message: WebhookMessage, to receiver: WebhookReceiver, _ result: AlertHistory.Sending.Result, _ attempts: Int, _ error: String,
        at now: Timestamp
    ) -> AlertHistory.Sending {
        AlertHistory.Sending(
            message.alerts, receiver.name, receiver.url, result, attempts, error, groupKey: message.groupKey, reason: message.reason.rawValue, at: now)
    }

    func sending(
        _ alerts: [NotifiedAlert], to receiver: AlertmanagerReceiver, _ result: AlertHistory.Sending.Result, _ attempts: Int, _ error: String,
        at now: Timestamp
    ) -> AlertHistory.Sending {
        AlertHistory.Sending(alerts, "alertmanager", receiver.url, result, attempts, error, at: now)
    }

    mutating func recordDropped(
        _ alerts: [NotifiedAlert], by receiver: AlertmanagerReceiver, _ reason: String, as entry: UInt64? = nil, at now: Timestamp
    ) {
        if !alerts.isEmpty { record(dropped: sending(alerts, to: receiver, .dropped, 0, reason, at: now), as: entry) }
    }

    mutating func record(dropped sending: AlertHistory.Sending, as entry: UInt64?) {
        _ = history.record(sending, as: entry)
        dropped.append(sending)
    }

    /// What was let go since this was last asked, for the log.
    mutating func takeDropped() -> [AlertHistory.Sending] {
        defer { dropped = [] }
        return dropped
    }
}
