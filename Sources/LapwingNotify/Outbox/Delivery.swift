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
