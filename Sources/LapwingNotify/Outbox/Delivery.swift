import LapwingHTTP
import LapwingSeries

/// One request to make: to whom, and what.
public struct Delivery: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case webhook(WebhookReceiver, WebhookDelivery)
        case alertmanager(AlertmanagerReceiver, [NotifiedAlert], attempt: Int)
    }

    /// By what an entry in the history knows it: a group has one message on its way at a time, an Alertmanager one batch.
    struct Identity: Hashable {
        /// The receiver's key.
        var receiver: String
        /// Empty for an Alertmanager.
        var groupKey: String
    }

    /// The receiver's key.
    public let receiver: String
    public let content: Content

    init(receiver: String, _ content: Content) {
        self.receiver = receiver
        self.content = content
    }

    var identity: Identity {
        switch content {
        case .webhook(_, let delivery): Identity(receiver: receiver, groupKey: delivery.message.groupKey)
        case .alertmanager: Identity(receiver: receiver, groupKey: "")
        }
    }

    /// How often it was tried before.
    public var attempt: Int {
        switch content {
        case .webhook(_, let delivery): delivery.attempt
        case .alertmanager(_, _, let attempt): attempt
        }
    }

    /// The request's body.
    public func body() -> [UInt8] {
        switch content {
        case .webhook(_, let delivery): delivery.message.json()
        case .alertmanager(_, let alerts, _): AlertmanagerQueue.json(of: alerts)
        }
    }

    /// What logs call it: the receiver's address, the group, the number of alerts.
    public var summary: (receiver: String, group: String, alerts: Int) {
        switch content {
        case .webhook(let receiver, let delivery):
            (HTTPURL.shown(receiver.url), delivery.message.groupKey, delivery.message.alerts.count)
        case .alertmanager(let receiver, let alerts, _): (HTTPURL.shown(receiver.url), "", alerts.count)
        }
    }
}

extension AlertHistory.Sending {
    init(
        _ alerts: [NotifiedAlert], _ receiver: String, _ url: String, _ result: Result, _ attempts: Int, _ error: String, groupKey: String = "",
        reason: String = "", at now: Timestamp
    ) {
        self.init(
            at: now, firstAt: now, receiver: receiver, url: HTTPURL.shown(url), groupKey: groupKey, reason: reason, result: result,
            attempts: attempts, error: error, alertCount: alerts.count,
            alerts: alerts.prefix(AlertHistory.alertsPerEntry).map { alert in
                Alert(labels: alert.labels, isResolved: alert.endsAt != nil, value: alert.value)
            })
    }

    /// Of what delivery it is the entry.
    var identity: Delivery.Identity { Delivery.Identity(receiver: "\(receiver) \(url)", groupKey: groupKey) }

    static func result(of outcome: DeliveryOutcome) -> (Result, error: String) {
        switch outcome {
        case .accepted: (.delivered, "")
        case .refused(let reason): (.refused, reason)
        case .failed(_, let reason): (.retrying, reason)
        }
    }
}
