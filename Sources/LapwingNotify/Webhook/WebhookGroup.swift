import LapwingSeries

/// The alerts of one group, what the receiver was told of them, and what is on its way to it.
struct WebhookGroup: Sendable {
    /// What its notes are called by.
    let number: UInt64
    let labels: Labels
    /// Alerts not yet told as resolved.
    private(set) var alerts: [Labels: NotifiedAlert] = [:]
    /// What the last message said, as Alertmanager's notification log has it; nil before the first.
    private(set) var told: Told?
    /// What the last message said that the receiver has taken; the same as `told` unless messages wait.
    private(set) var taken: Told?
    private(set) var queue: [WebhookDelivery] = []
    /// Until when the first of the queue has to wait.
    private(set) var retryAt: Timestamp?
    /// How often the first of the queue has failed.
    private(set) var attempt = 0
    private(set) var isInFlight = false
    private(set) var nextFlush: Timestamp

    struct Told: Sendable, Hashable {
        /// Fingerprints.
        var firing: Set<UInt64>
        var resolved: Set<UInt64>
        var at: Timestamp

        init(firing: Set<UInt64> = [], resolved: Set<UInt64> = [], at: Timestamp) {
            self.firing = firing
            self.resolved = resolved
            self.at = at
        }

        /// What a receiver knows from a message alone.
        init(_ message: WebhookMessage, at time: Timestamp) {
            self.init(
                firing: Set(message.alerts.filter { $0.endsAt == nil }.map(\.fingerprint)),
                resolved: Set(message.alerts.filter { $0.endsAt != nil }.map(\.fingerprint)), at: time)
        }
    }

    /// Messages that wait for a receiver that is down; past it the group waits with its alerts until one is taken.
    static let maximumQueue = 1000

    /// What changed since the notes were last taken.
    var changes = Changes()

    struct Changes: Sendable {
        var isHeader = true
        var alerts: Set<Labels> = []
        var deliveries: Set<UInt64> = []
        /// The flush that the header in the notes speaks of.
        var writtenFlush: Timestamp?
    }

    init(number: UInt64, labels: Labels, firstFlush: Timestamp) {
        self.number = number
        self.labels = labels
        nextFlush = firstFlush
    }

    var queueLength: Int { queue.count }

    /// Whether nothing is left to tell.
    var isDone: Bool { alerts.isEmpty && queue.isEmpty }

    /// When there is something to do without anything else happening.
    ///
    /// - Parameter isReady: whether its first message waits only for fewer requests.
    func nextWake(isReady: Bool) -> Timestamp? {
        let retry = isReady || isInFlight || queue.isEmpty ? nil : retryAt ?? .distantPast
        let flush = alerts.isEmpty ? nil : nextFlush
        return [retry, flush].compactMap { $0 }.min()
    }

    /// Whether there is a message that may be tried.
    func canSend(at now: Timestamp) -> Bool { !isInFlight && !queue.isEmpty && retryAt.map { $0 <= now } ?? true }

    /// Begins to wait for alerts, as a group that was never told of; messages of what it was before may still be on their way.
    mutating func begin(firstFlush: Timestamp) {
        nextFlush = firstFlush
        told = nil
        changes.isHeader = true
    }

    mutating func insert(_ alert: NotifiedAlert, at now: Timestamp) {
        // What has resolved before it was ever told of needs no telling.
        if alert.isResolved(at: now), alerts[alert.labels] == nil, told?.firing.contains(alert.fingerprint) != true { return }
        // Each telling holds longer than the one before: most need not be compared farther, which would make their texts.
        if let known = alerts[alert.labels], known.validUntil == alert.validUntil, known == alert { return }
        alerts[alert.labels] = alert
        changes.alerts.insert(alert.labels)
    }

    mutating func forget(_ alert: Labels) {
        alerts[alert] = nil
        changes.alerts.insert(alert)
    }

    /// Whether an alert has ended of which the receiver only knows that it fires.
    func hasEndsToTell(at now: Timestamp) -> Bool {
        guard let told else { return false }
        return alerts.values.contains { $0.isResolved(at: now) && told.firing.contains($0.fingerprint) }
    }

    /// Lets all go, because there is nobody any more to tell.
    mutating func abandon() {
        for labels in alerts.keys { forget(labels) }
        changes.deliveries.formUnion(queue.map(\.id))
        queue = []
    }

    // MARK: Flushing

    /// The message to send at the flush that is due, or nil when none is or the receiver knows all of it.
    ///
    /// A flush happens at its own instant, however late it is noticed, so that a restart does not change what it says; of
    /// several that were missed, the last one.
    mutating func flush(_ receiver: WebhookReceiver, externalURL: String, at now: Timestamp) -> WebhookMessage? {
        guard nextFlush <= now else { return nil }
        let interval = max(1, receiver.groupInterval.milliseconds)
        let missed = now.duration(since: nextFlush).milliseconds / interval
        let slot = nextFlush.advanced(byMilliseconds: missed * interval)
        nextFlush = slot.advanced(byMilliseconds: interval)
        return message(receiver, externalURL: externalURL, at: slot)
    }

    /// What is to be told now, or nil when the receiver knows all of it; from then on it counts as told.
    mutating func message(_ receiver: WebhookReceiver, externalURL: String, at now: Timestamp) -> WebhookMessage? {
        guard queue.count < Self.maximumQueue, !alerts.isEmpty else { return nil }
        var settled = alerts.values.map { alert in
            var alert = alert
            if alert.endsAt == nil, alert.validUntil < now { alert.endsAt = alert.validUntil }
            return alert
        }
        let firing = Set(settled.filter { $0.endsAt == nil }.map(\.fingerprint))
        let ended = settled.filter { $0.endsAt != nil }
        let resolved = Set(ended.map(\.fingerprint))
        for alert in ended { forget(alert.labels) }
        guard let reason = reasonToTell(firing: firing, resolved: resolved, receiver, at: now) else { return nil }
        told = Told(firing: firing, resolved: resolved, at: now)
        changes.isHeader = true
        settled.sort { $0.isListed(before: $1) }
        let shown = receiver.sendsResolved ? settled : settled.filter { $0.endsAt == nil }
        guard !shown.isEmpty else { return nil }
        let count = receiver.maxAlerts > 0 ? min(receiver.maxAlerts, shown.count) : shown.count
        return WebhookMessage(
            receiver: receiver.name, groupLabels: labels, reason: reason, alerts: Array(shown.prefix(count)),
            truncatedAlerts: shown.count - count, externalURL: externalURL)
    }

    /// Source: Alertmanager `notify/dedup_stage.go`, `needsUpdate`.
    private func reasonToTell(
        firing: Set<UInt64>, resolved: Set<UInt64>, _ receiver: WebhookReceiver, at now: Timestamp
    ) -> NotificationReason? {
        guard let told else { return firing.isEmpty ? nil : .firstNotification }
        if !firing.isSubset(of: told.firing) { return told.firing.isEmpty ? .firstNotification : .newAlertsInGroup }
        if firing.isEmpty { return told.firing.isEmpty ? nil : .allAlertsResolved }
        if receiver.sendsResolved, !resolved.isSubset(of: told.resolved) { return .newResolvedAlerts }
        // A repeat behind a message that is still waiting would say the same twice.
        return queue.isEmpty && told.at + receiver.repeatInterval <= now ? .repeatIntervalElapsed : nil
    }

    // MARK: Delivering

    mutating func enqueue(_ delivery: WebhookDelivery) {
        queue.append(delivery)
        changes.deliveries.insert(delivery.id)
    }

    /// The oldest message, when it may be tried now.
    mutating func takeNext(at now: Timestamp) -> WebhookDelivery? {
        guard canSend(at: now), var first = queue.first else { return nil }
        isInFlight = true
        first.attempt = attempt
        return first
    }

    /// The receiver has taken the oldest message.
    mutating func acceptFirst(at now: Timestamp) {
        guard let message = removeFirst() else { return }
        taken = queue.isEmpty ? told : Told(message, at: now)
        if !queue.isEmpty { changes.isHeader = true }
    }

    /// The receiver does not want the oldest message; the next flush tells anew what it said, ends too, as Alertmanager does.
    mutating func giveUpFirst() {
        guard let message = removeFirst() else { return }
        changes.isHeader = true
        if queue.isEmpty { told = taken }
        guard let taken else { return }
        for alert in message.alerts where alert.endsAt != nil && alerts[alert.labels] == nil {
            let print = alert.fingerprint
            guard taken.firing.contains(print) else { continue }
            alerts[alert.labels] = alert
            changes.alerts.insert(alert.labels)
            // For all that the receiver knows, it fires.
            told = told ?? Told(at: taken.at)
            told?.firing.insert(print)
        }
    }

    private mutating func removeFirst() -> WebhookMessage? {
        guard !queue.isEmpty else { return nil }
        let first = queue.removeFirst()
        changes.deliveries.insert(first.id)
        isInFlight = false
        if attempt > 0 || retryAt != nil { changes.isHeader = true }
        (attempt, retryAt) = (0, nil)
        return first.message
    }

    mutating func retryFirst(at time: Timestamp) {
        attempt += 1
        isInFlight = false
        retryAt = time
        changes.isHeader = true
    }

    /// The clock has been set back by so much: all that is counted from an earlier time goes with it.
    mutating func goBack(by step: Duration) {
        nextFlush = nextFlush - step
        retryAt = retryAt.map { $0 - step }
        if let told { self.told?.at = told.at - step }
        if let taken { self.taken?.at = taken.at - step }
        changes.isHeader = true
    }
}

// MARK: Restoring

extension WebhookGroup {
    /// What a header's note says.
    struct Header: Sendable {
        var labels: Labels
        var nextFlush: Timestamp
        var told: Told?
        var retryAt: Timestamp?
        var attempt: Int
        /// Of use only while messages wait.
        var taken: Told?
    }

    var header: Header {
        Header(labels: labels, nextFlush: nextFlush, told: told, retryAt: retryAt, attempt: attempt, taken: queue.isEmpty ? nil : taken)
    }

    init(number: UInt64, _ header: Header, alerts: [NotifiedAlert], queue: [WebhookDelivery]) {
        self.init(number: number, labels: header.labels, firstFlush: header.nextFlush)
        self.alerts = Dictionary(alerts.map { ($0.labels, $0) }) { _, new in new }
        self.queue = queue
        told = header.told
        taken = queue.isEmpty ? header.told : header.taken
        retryAt = header.retryAt
        attempt = header.attempt
        changes = Changes(isHeader: false, writtenFlush: header.nextFlush)
    }
}
