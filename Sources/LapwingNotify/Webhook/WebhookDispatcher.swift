public import LapwingSeries

/// Decides what one webhook is sent and when: gathers alerts into groups, waits, repeats, retries.
///
/// Pure: alerts, the clock's time and outcomes go in, deliveries to make come out. What a delivery says is settled
/// when its group is flushed, and it stays in the group's queue until the receiver has taken it, so that an alert that
/// came and went while the receiver was down still arrives, firing and then resolved.
///
/// Grouping and its times are Alertmanager's (`dispatch/dispatch.go`, `notify/notify.go`).
public struct WebhookDispatcher: Sendable {
    public private(set) var receiver: WebhookReceiver
    private var externalURL: String
    private var groups: [Labels: WebhookGroup] = [:]
    private var nextNumber: UInt64 = 1
    private var jitter: Jitter
    private let notePrefix: String
    /// Notes of groups that are gone.
    private var lastNotes: [Note] = []

    /// How many requests one receiver gets at once.
    public static let maximumInFlight = 8

    /// - Parameter notePrefix: what the keys of its notes begin with.
    public init(receiver: WebhookReceiver, externalURL: String, jitterSeed: UInt64, notePrefix: String = "") {
        self.receiver = receiver
        self.externalURL = externalURL
        self.notePrefix = notePrefix
        jitter = Jitter(seed: jitterSeed)
    }

    /// Goes on with other settings; what waits stays.
    public mutating func apply(_ receiver: WebhookReceiver, externalURL: String) {
        self.receiver = receiver
        self.externalURL = externalURL
        for (labels, group) in groups {
            var group = group
            group.keep { receiver.groupLabels(of: $0) == labels }
            put(group)
        }
    }

    /// Lets everything go.
    /// - Returns: the messages that nobody has taken.
    mutating func abandon() -> [WebhookMessage] {
        let messages = groups.values.sorted { $0.number < $1.number }.flatMap { $0.queue.map(\.message) }
        for group in groups.values {
            var group = group
            group.abandon()
            put(group)
        }
        return messages
    }

    /// Takes in what one evaluation says: alerts that fire, and alerts that have resolved.
    ///
    /// - Parameter now: the evaluation's instant, from which waits count.
    /// - Complexity: O(alerts).
    public mutating func receive(_ alerts: [NotifiedAlert], at now: Timestamp) {
        for alert in alerts {
            let labels = receiver.groupLabels(of: alert)
            var group = groups.removeValue(forKey: labels) ?? newGroup(labels)
            if group.alerts.isEmpty, !alert.isResolved(at: now) {
                // Who has fired for longer than the wait has waited already.
                let isOld = alert.startsAt + receiver.groupWait < now
                group.begin(firstFlush: isOld ? now : now + receiver.groupWait)
            }
            group.insert(alert, at: now)
            put(group)
        }
    }

    private mutating func newGroup(_ labels: Labels) -> WebhookGroup {
        defer { nextNumber += 1 }
        return WebhookGroup(number: nextNumber, labels: labels, firstFlush: .distantFuture)
    }

    /// The deliveries to start now.
    ///
    /// - Complexity: O(groups + alerts of the groups that are flushed).
    public mutating func advance(to now: Timestamp) -> [WebhookDelivery] {
        flush(at: now)
        var started: [WebhookDelivery] = []
        var inFlight = groups.values.count { $0.isInFlight }
        for labels in groups.keys.sorted() {
            guard var group = groups.removeValue(forKey: labels) else { continue }
            if inFlight < Self.maximumInFlight, let delivery = group.takeNext(at: now) {
                started.append(delivery)
                inFlight += 1
            }
            put(group)
        }
        return started
    }

    /// Settles what is told at the flushes that are due.
    private mutating func flush(at now: Timestamp) {
        for labels in groups.keys.sorted() {
            guard var group = groups.removeValue(forKey: labels) else { continue }
            if let message = group.flush(receiver, externalURL: externalURL, at: now) {
                group.enqueue(WebhookDelivery(id: nextNumber, group: labels, message: message))
                nextNumber += 1
            }
            put(group)
        }
    }

    /// Takes in how a delivery went.
    public mutating func completed(_ delivery: WebhookDelivery, _ outcome: DeliveryOutcome, at now: Timestamp) {
        guard var group = groups[delivery.group], group.queue.first?.id == delivery.id else { return }
        groups[delivery.group] = nil
        switch outcome {
        case .accepted: group.finishFirst()
        case .refused: group.giveUpFirst()
        case .failed(let retryAfter, _):
            group.retryFirst(at: now + (retryAfter ?? jitter.backoff(attempt: delivery.attempt)))
        }
        put(group)
    }

    /// Keeps a group, or lets it go when it has nothing left to tell.
    private mutating func put(_ group: WebhookGroup) {
        var group = group
        if group.isDone { lastNotes += group.takeNotes(notePrefix) }
        groups[group.labels] = group.isDone ? nil : group
    }

    /// When `advance` has something to do next without anything else happening; nil when it has nothing.
    public var nextWake: Timestamp? { groups.values.compactMap(\.nextWake).min() }

    /// Deliveries that the receiver has not taken yet.
    public var pendingDeliveries: Int { groups.values.reduce(0) { $0 + $1.queueLength } }

    // MARK: Notes

    /// What has changed since this was last asked, for the log.
    ///
    /// - Complexity: O(groups + changes).
    mutating func takeNotes() -> [Note] {
        var notes = lastNotes
        lastNotes = []
        for labels in groups.keys.sorted() {
            guard var group = groups.removeValue(forKey: labels) else { continue }
            notes += group.takeNotes(notePrefix)
            groups[labels] = group
        }
        return notes
    }

    /// How long an alert counts as firing after a start for which its last telling does not hold any more: until its rule
    /// has been evaluated.
    static let restartGrace: Duration = .seconds(240)

    /// Takes up what a process before this one has left.
    ///
    /// - Parameters:
    ///   - notes: those below the prefix, their keys without it.
    ///   - tolerance: alerts whose telling ran out longer ago than this have ended then.
    /// - Returns: what could not be understood.
    mutating func restore(_ notes: [Note], at now: Timestamp, tolerance: Duration) -> [String] {
        var headers: [UInt64: WebhookGroup.Header] = [:]
        var alerts: [UInt64: [NotifiedAlert]] = [:]
        var messages: [UInt64: [(UInt64, [UInt8])]] = [:]
        var faults: [String] = []
        for note in notes {
            let parts = note.key.split(separator: "/")
            guard let value = note.value, let number = parts.first.flatMap({ UInt64($0) }) else { continue }
            nextNumber = max(nextNumber, number + 1)
            do throws(NoteReader.Malformed) {
                if parts.count == 1 { headers[number] = try WebhookGroup.Header(noteBytes: value) }
                if parts.count == 3, parts[1] == "a" {
                    alerts[number, default: []].append(try Self.revived(NotifiedAlert(noteBytes: value), at: now, tolerance))
                }
                if parts.count == 3, parts[1] == "m", let id = UInt64(parts[2]) { messages[number, default: []].append((id, value)) }
            } catch {
                faults.append("note \(notePrefix)\(note.key): \(error)")
            }
        }
        for (number, header) in headers.sorted(by: { $0.key < $1.key }) {
            var queue: [WebhookDelivery] = []
            for (id, value) in (messages[number] ?? []).sorted(by: { $0.0 < $1.0 }) {
                nextNumber = max(nextNumber, id + 1)
                do throws(NoteReader.Malformed) {
                    let message = try WebhookMessage(noteBytes: value, groupLabels: header.labels)
                    queue.append(WebhookDelivery(id: id, group: header.labels, message: message))
                } catch {
                    faults.append("note \(notePrefix)\(number)/m/\(id): \(error)")
                }
            }
            put(WebhookGroup(number: number, header, alerts: alerts[number] ?? [], queue: queue))
        }
        apply(receiver, externalURL: externalURL)
        // A flush that was due says what was known then, and nothing that comes now.
        flush(at: now)
        return faults
    }

    private static func revived(_ alert: NotifiedAlert, at now: Timestamp, _ tolerance: Duration) -> NotifiedAlert {
        guard alert.endsAt == nil, alert.validUntil < now, now.duration(since: alert.validUntil) <= tolerance else { return alert }
        var alert = alert
        alert.validUntil = now + restartGrace
        return alert
    }
}
