public import LapwingSeries

/// Decides what one webhook is sent and when: gathers alerts into groups, waits, repeats, retries.
///
/// Pure: alerts, the clock's time and outcomes go in, deliveries to make come out. What a delivery says is settled
/// when its group is flushed, and it stays in the group's queue until the receiver has taken it, so that an alert that
/// came and went while the receiver was down still arrives, firing and then resolved.
///
/// Grouping and its times are Alertmanager's (`dispatch/dispatch.go`, `notify/notify.go`).
public struct WebhookDispatcher: Sendable {
    public let receiver: WebhookReceiver
    private let externalURL: String
    private var groups: [Labels: WebhookGroup] = [:]
    private var nextDelivery: UInt64 = 1
    private var jitter: Jitter

    /// How many requests one receiver gets at once.
    public static let maximumInFlight = 8

    public init(receiver: WebhookReceiver, externalURL: String, jitterSeed: UInt64) {
        self.receiver = receiver
        self.externalURL = externalURL
        jitter = Jitter(seed: jitterSeed)
    }

    /// Takes in what one evaluation says: alerts that fire, and alerts that have resolved.
    ///
    /// - Complexity: O(alerts).
    public mutating func receive(_ alerts: [NotifiedAlert], at now: Timestamp) {
        for alert in alerts {
            let labels = receiver.groupLabels(of: alert)
            // What has resolved before it was ever told of needs no group of its own.
            if groups[labels] == nil, alert.isResolved(at: now) { continue }
            groups[labels, default: WebhookGroup(firstFlush: now + receiver.groupWait)].insert(alert, at: now)
        }
    }

    /// The deliveries to start now.
    ///
    /// - Complexity: O(groups + alerts of the groups that are flushed).
    public mutating func advance(to now: Timestamp) -> [WebhookDelivery] {
        var started: [WebhookDelivery] = []
        var inFlight = groups.values.count { $0.isInFlight }
        for labels in groups.keys.sorted() {
            guard var group = groups[labels] else { continue }
            if group.nextFlush <= now {
                if let message = group.flush(labels: labels, receiver, externalURL: externalURL, at: now) {
                    group.enqueue(WebhookDelivery(id: nextDelivery, group: labels, message: message))
                    nextDelivery += 1
                }
                group.nextFlush = now + receiver.groupInterval
            }
            if inFlight < Self.maximumInFlight, let delivery = group.takeNext(at: now) {
                started.append(delivery)
                inFlight += 1
            }
            groups[labels] = group.isDone ? nil : group
        }
        return started
    }

    /// Takes in how a delivery went.
    public mutating func completed(_ delivery: WebhookDelivery, _ outcome: DeliveryOutcome, at now: Timestamp) {
        guard var group = groups[delivery.group] else { return }
        switch outcome {
        case .accepted: group.finishFirst()
        case .refused: group.giveUpFirst()
        case .failed(let retryAfter, _):
            group.retryFirst(at: now + (retryAfter ?? jitter.backoff(attempt: delivery.attempt)))
        }
        groups[delivery.group] = group.isDone ? nil : group
    }

    /// When `advance` has something to do next without anything else happening; nil when it has nothing.
    public var nextWake: Timestamp? { groups.values.compactMap(\.nextWake).min() }

    /// Deliveries that the receiver has not taken yet.
    public var pendingDeliveries: Int { groups.values.reduce(0) { $0 + $1.queueLength } }
}

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

    /// What an HTTP status means; `retryAfter` from the header of that name.
    public init(status: Int, retryAfter: Duration?) {
        switch status {
        case 200..<300: self = .accepted
        case 408, 425, 429, 500...: self = .failed(retryAfter: retryAfter, "status \(status)")
        default: self = .refused("status \(status)")
        }
    }
}
