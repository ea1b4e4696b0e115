import LapwingSeries

/// The alerts of one group, what the receiver was told of them, and what is on its way to it.
struct WebhookGroup: Sendable {
    /// Alerts not yet told as resolved.
    private var alerts: [Labels: NotifiedAlert] = [:]
    /// What the last message said, as Alertmanager's notification log has it; nil before the first.
    private var told: Told?
    private var queue: [WebhookDelivery] = []
    private var retryAt: Timestamp?
    private(set) var isInFlight = false
    var nextFlush: Timestamp

    private struct Told {
        var firing: Set<Labels>
        var resolved: Set<Labels>
        var at: Timestamp
    }

    /// Messages that wait for a receiver that is down; past it the group waits with its alerts until one is taken.
    static let maximumQueue = 1000

    init(firstFlush: Timestamp) { nextFlush = firstFlush }

    var queueLength: Int { queue.count }

    /// Whether nothing is left to tell.
    var isDone: Bool { alerts.isEmpty && queue.isEmpty }

    var nextWake: Timestamp? {
        let retry = isInFlight || queue.isEmpty ? nil : retryAt
        let flush = alerts.isEmpty ? nil : nextFlush
        return [retry, flush].compactMap { $0 }.min()
    }

    mutating func insert(_ alert: NotifiedAlert, at now: Timestamp) {
        if alert.isResolved(at: now), alerts[alert.labels] == nil, told?.firing.contains(alert.labels) != true { return }
        alerts[alert.labels] = alert
    }

    /// The message to send now, or nil when the receiver knows all of it.
    mutating func flush(
        labels: Labels, _ receiver: WebhookReceiver, externalURL: String, at now: Timestamp
    ) -> WebhookMessage? {
        guard queue.count < Self.maximumQueue, !alerts.isEmpty else { return nil }
        let ordered = alerts.values.sorted { ($0.startsAt, $0.labels) < ($1.startsAt, $1.labels) }
        let settled = ordered.map { alert in
            var alert = alert
            if alert.endsAt == nil, alert.validUntil < now { alert.endsAt = alert.validUntil }
            return alert
        }
        let firing = Set(settled.filter { $0.endsAt == nil }.map(\.labels))
        let resolved = Set(settled.filter { $0.endsAt != nil }.map(\.labels))
        for labels in resolved { alerts[labels] = nil }
        guard needsTelling(firing: firing, resolved: resolved, receiver, at: now) else { return nil }
        told = Told(firing: firing, resolved: resolved, at: now)
        let shown = receiver.sendsResolved ? settled : settled.filter { $0.endsAt == nil }
        guard !shown.isEmpty else { return nil }
        let count = receiver.maxAlerts > 0 ? min(receiver.maxAlerts, shown.count) : shown.count
        return WebhookMessage(
            receiver: receiver.name, groupLabels: labels, alerts: Array(shown.prefix(count)),
            truncatedAlerts: shown.count - count, externalURL: externalURL)
    }

    private func needsTelling(
        firing: Set<Labels>, resolved: Set<Labels>, _ receiver: WebhookReceiver, at now: Timestamp
    ) -> Bool {
        guard let told else { return !firing.isEmpty }
        if !firing.isSubset(of: told.firing) { return true }
        if firing.isEmpty { return !told.firing.isEmpty }
        if receiver.sendsResolved, !resolved.isSubset(of: told.resolved) { return true }
        // A repeat behind a message that is still waiting would say the same twice.
        return queue.isEmpty && told.at + receiver.repeatInterval <= now
    }

    mutating func enqueue(_ delivery: WebhookDelivery) { queue.append(delivery) }

    /// The oldest message, when it may be tried now.
    mutating func takeNext(at now: Timestamp) -> WebhookDelivery? {
        guard !isInFlight, let first = queue.first, retryAt.map({ $0 <= now }) ?? true else { return nil }
        isInFlight = true
        retryAt = nil
        return first
    }

    mutating func finishFirst() {
        queue.removeFirst()
        isInFlight = false
        // What was enqueued meanwhile goes at once.
        retryAt = queue.isEmpty ? nil : .distantPast
    }

    /// The receiver does not want the message; the next flush tells it anew, as Alertmanager does.
    mutating func giveUpFirst() {
        finishFirst()
        if queue.isEmpty { told = nil }
    }

    mutating func retryFirst(at time: Timestamp) {
        queue[0].attempt += 1
        isInFlight = false
        retryAt = time
    }
}
