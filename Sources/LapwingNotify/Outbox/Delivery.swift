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

    /// A text that may repeat what was asked for, fit to be shown: without the path and query of a webhook's address.
    func redacting(_ text: String) -> String {
        guard case .webhook(let receiver, _) = content, let target = (try? HTTPURL(receiver.url))?.requestTarget, target != "/" else { return text }
        return text.replacing(target, with: "/…")
    }

    /// Why there was no answer, likewise.
    func shown(_ error: HTTPClientError) -> String {
        switch content {
        case .webhook: redacting(error.redacted.description)
        case .alertmanager: error.description
        }
    }

    /// What logs call it: the receiver as people read it, the group, the number of alerts.
    public var summary: (receiver: String, group: String, alerts: Int) {
        switch content {
        case .webhook(let receiver, let delivery):
            (receiver.shown, delivery.message.groupKey, delivery.message.alerts.count)
        case .alertmanager(let receiver, let alerts, _): (HTTPURL.shown(receiver.url), "", alerts.count)
        }
    }
}
