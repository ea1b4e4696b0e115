public import LapwingSeries
import LapwingText

/// What one Alertmanager has still to be told, in order, and when to try.
///
/// Pure, like `WebhookDispatcher`. Alertmanager groups and repeats by itself; it only wants every state of every alert.
/// Unlike Prometheus, which drops a batch that could not be sent, the queue keeps it and tries again.
/// Source: Prometheus 3.14 `notifier/sendloop.go`.
public struct AlertmanagerQueue: Sendable {
    /// Alerts in one request.
    public static let maximumBatch = 256
    /// Alerts that wait; past it the oldest repeats of a newer telling go first, then the oldest.
    public static let capacity = 10_000

    private var waiting: [NotifiedAlert] = []
    private var inFlight = 0
    private var attempt = 0
    private var retryAt: Timestamp?
    private var jitter: Jitter
    /// Alerts that the capacity pushed out.
    public private(set) var dropped = 0

    public init(jitterSeed: UInt64) { jitter = Jitter(seed: jitterSeed) }

    public var count: Int { waiting.count }

    /// Takes in alerts to tell; a newer telling of the same episode takes the place of one that still waits.
    public mutating func receive(_ alerts: [NotifiedAlert]) {
        for alert in alerts {
            let place = waiting.indices.dropFirst(inFlight).first { index in
                waiting[index].labels == alert.labels && waiting[index].startsAt == alert.startsAt
                    && (waiting[index].endsAt == nil) == (alert.endsAt == nil)
            }
            if let place { waiting[place] = alert } else { waiting.append(alert) }
        }
        let surplus = waiting.count - Self.capacity
        if surplus > 0 {
            waiting.removeSubrange(inFlight..<(inFlight + surplus))
            dropped += surplus
        }
    }

    /// The alerts to send now, or none.
    public mutating func takeBatch(at now: Timestamp) -> [NotifiedAlert] {
        guard inFlight == 0, !waiting.isEmpty, retryAt.map({ $0 <= now }) ?? true else { return [] }
        inFlight = min(Self.maximumBatch, waiting.count)
        return Array(waiting.prefix(inFlight))
    }

    /// Takes in how the batch went.
    public mutating func completed(_ outcome: DeliveryOutcome, at now: Timestamp) {
        switch outcome {
        case .accepted, .refused:
            waiting.removeFirst(inFlight)
            attempt = 0
            retryAt = nil
        case .failed(let retryAfter, _):
            retryAt = now + (retryAfter ?? jitter.backoff(attempt: attempt))
            attempt += 1
        }
        inFlight = 0
    }

    /// When `takeBatch` has something to give without anything else happening.
    public var nextWake: Timestamp? { waiting.isEmpty || inFlight > 0 ? nil : retryAt ?? .distantPast }

    /// The body of `POST /api/v2/alerts`.
    public static func json(of alerts: [NotifiedAlert]) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: alerts.count * 400)
        json.array { json in
            for alert in alerts {
                json.object { json in
                    json.key("annotations")
                    json.labels(alert.annotations)
                    json.member("endsAt", TimeText.rfc3339(milliseconds: (alert.endsAt ?? alert.validUntil).milliseconds))
                    json.member("startsAt", TimeText.rfc3339(milliseconds: alert.startsAt.milliseconds))
                    json.member("generatorURL", alert.generatorURL)
                    json.key("labels")
                    json.labels(alert.labels)
                }
            }
        }
        return json.bytes
    }
}
