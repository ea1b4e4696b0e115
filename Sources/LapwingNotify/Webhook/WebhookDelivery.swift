import LapwingSeries

/// One message on its way, with how often it was tried before.
public struct WebhookDelivery: Sendable, Hashable {
    public let id: UInt64
    let group: Labels
    public let message: WebhookMessage
    /// 0 for the first try.
    public internal(set) var attempt = 0

    init(id: UInt64, group: Labels, message: WebhookMessage) {
        self.id = id
        self.group = group
        self.message = message
    }
}

/// How a delivery went.
public enum DeliveryOutcome: Sendable, Hashable {
    /// 2xx.
    case accepted
    /// The receiver does not want it and trying again would not help.
    case refused(String)
    /// It may work later: after `retryAfter` when the receiver said so.
    case failed(retryAfter: Duration?, String)

    /// What an HTTP status means.
    ///
    /// - Parameters:
    ///   - retryAfter: from the header of that name.
    ///   - complaint: what the receiver says of it.
    public init(status: Int, retryAfter: Duration?, complaint: String = "") {
        let reason = complaint.isEmpty ? "status \(status)" : "status \(status): \(complaint)"
        switch status {
        case 200..<300: self = .accepted
        case 408, 425, 429, 500...: self = .failed(retryAfter: retryAfter, reason)
        default: self = .refused(reason)
        }
    }
}
