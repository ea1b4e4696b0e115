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
    private var alarms = GroupAlarms()
    /// Groups whose first message can go as soon as the receiver has fewer requests.
    private var ready = ReadyGroups()
    private var inFlight = 0
    /// Groups with changes that are not in the notes.
    private var changed: Set<Labels> = []
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

    /// Goes on with other settings; messages that wait stay.
    ///
    /// Where the grouping has changed, alerts go over to their new groups, after the old ones have told what has ended: nobody
    /// else knows of its beginning.
    public mutating func apply(_ receiver: WebhookReceiver, externalURL: String, at now: Timestamp) {
        let old = self.receiver
        (self.receiver, self.externalURL) = (receiver, externalURL)
        var moved: [NotifiedAlert] = []
        for var group in groups.values.sorted(by: { $0.number < $1.number }) {
            let leaving = group.alerts.values.filter { receiver.groupLabels(of: $0) != group.labels }
            if !leaving.isEmpty, group.hasEndsToTell(at: now) {
                enqueue(group.message(old, externalURL: externalURL, at: now), in: &group)
            }
            for alert in leaving { group.forget(alert.labels) }
            moved += leaving.filter { !$0.isResolved(at: now) }.sorted { $0.labels < $1.labels }
            put(group, now)
        }
        receive(moved, at: now)
    }

    /// Lets everything go.
    /// - Returns: the messages that nobody has taken.
    mutating func abandon() -> [WebhookMessage] {
        let messages = groups.values.sorted { $0.number < $1.number }.flatMap { $0.queue.map(\.message) }
        for group in groups.values {
            var group = group
            group.abandon()
            put(group, nil)
        }
        return messages
    }

    /// Takes in what one evaluation says: alerts that fire, and alerts that have resolved.
    ///
    /// - Parameter now: the evaluation's instant, from which waits count.
    /// - Complexity: O(alerts).
    public mutating func receive(_ alerts: [NotifiedAlert], at now: Timestamp) {
        var met: Set<Labels> = []
        for alert in alerts {
            let labels = receiver.groupLabels(of: alert)
            var group = groups.removeValue(forKey: labels) ?? newGroup(labels)
            // A flush says what was known before its instant, whichever of the two is noticed first; what comes together is told together.
            if met.insert(labels).inserted { flush(&group, at: now) }
            if group.alerts.isEmpty, !alert.isResolved(at: now) {
                // Who has fired for longer than the wait has waited already.
                let isOld = alert.startsAt + receiver.groupWait < now
                group.begin(firstFlush: isOld ? now : now + receiver.groupWait)
            }
            group.insert(alert, at: now)
            put(group, now)
        }
    }

    private mutating func newGroup(_ labels: Labels) -> WebhookGroup {
        defer { nextNumber += 1 }
        return WebhookGroup(number: nextNumber, labels: labels, firstFlush: .distantFuture)
    }

    /// Settles what is told at a flush that is due.
    private mutating func flush(_ group: inout WebhookGroup, at now: Timestamp) {
        enqueue(group.flush(receiver, externalURL: externalURL, at: now), in: &group)
    }

    private mutating func enqueue(_ message: WebhookMessage?, in group: inout WebhookGroup) {
        guard let message else { return }
        group.enqueue(WebhookDelivery(id: nextNumber, group: group.labels, message: message))
        nextNumber += 1
    }

    /// The deliveries to start now.
    ///
    /// - Complexity: O(groups and alerts that have something due).
    public mutating func advance(to now: Timestamp) -> [WebhookDelivery] {
        for labels in alarms.takeDue(at: now) {
            guard var group = groups.removeValue(forKey: labels) else { continue }
            flush(&group, at: now)
            put(group, now)
        }
        var started: [WebhookDelivery] = []
        while inFlight < Self.maximumInFlight, let labels = ready.takeFirst() {
            guard var group = groups.removeValue(forKey: labels) else { continue }
            if let delivery = group.takeNext(at: now) {
                started.append(delivery)
                inFlight += 1
            }
            put(group, now)
        }
        return started
    }

    /// Takes in how a delivery went.
    public mutating func completed(_ delivery: WebhookDelivery, _ outcome: DeliveryOutcome, at now: Timestamp) {
        guard var group = groups[delivery.group], group.isInFlight, group.queue.first?.id == delivery.id else { return }
        groups[delivery.group] = nil
        inFlight -= 1
        switch outcome {
        case .accepted: group.acceptFirst(at: now)
        case .refused: group.giveUpFirst()
        case .failed(let retryAfter, _):
            group.retryFirst(at: now + jitter.wait(attempt: delivery.attempt, asked: retryAfter))
        }
        put(group, now)
    }

    /// Keeps a group, or lets it go when it has nothing left to tell.
    ///
    /// - Parameter now: nil where no time has passed.
    private mutating func put(_ group: WebhookGroup, _ now: Timestamp?) {
        var group = group
        if group.isDone {
            lastNotes += group.takeNotes(notePrefix)
            alarms.set(nil, for: group.labels)
            changed.remove(group.labels)
            groups[group.labels] = nil
            return
        }
        if let now, group.canSend(at: now) { ready.append(group.labels) }
        alarms.set(group.nextWake(isReady: ready.contains(group.labels)), for: group.labels)
        changed.insert(group.labels)
        groups[group.labels] = group
    }

    /// The clock has been set back by so much; see `WebhookGroup`.
    mutating func goBack(by step: Duration) {
        for var group in groups.values {
            group.goBack(by: step)
            put(group, nil)
        }
    }

    /// When `advance` has something to do next without anything else happening; nil when it has nothing.
    public var nextWake: Timestamp? { inFlight < Self.maximumInFlight && !ready.isEmpty ? .distantPast : alarms.next }

    /// Deliveries that the receiver has not taken yet.
    public var pendingDeliveries: Int { groups.values.reduce(0) { $0 + $1.queueLength } }

    // MARK: Notes

    /// What has changed since this was last asked, for the log.
    ///
    /// - Complexity: O(changes).
    mutating func takeNotes() -> [Note] {
        var notes = lastNotes
        defer { (lastNotes, changed) = ([], []) }
        for labels in changed.sorted() {
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
                if parts.count == 3, parts[1] == "m", let id = UInt64(parts[2]) {
                    nextNumber = max(nextNumber, id + 1)
                    messages[number, default: []].append((id, value))
                }
            } catch {
                faults.append("note \(notePrefix)\(note.key): \(error)")
            }
        }
        for (number, header) in headers.sorted(by: { $0.key < $1.key }) {
            let header = header.bounded(by: receiver, at: now)
            var queue: [WebhookDelivery] = []
            for (id, value) in (messages[number] ?? []).sorted(by: { $0.0 < $1.0 }) {
                do throws(NoteReader.Malformed) {
                    let message = try WebhookMessage(noteBytes: value, groupLabels: header.labels)
                    queue.append(WebhookDelivery(id: id, group: header.labels, message: message))
                } catch {
                    faults.append("note \(notePrefix)\(number)/m/\(id): \(error)")
                }
            }
            var group = WebhookGroup(number: number, header, alerts: alerts[number] ?? [], queue: queue)
            // A flush that was due says what was known then, and nothing that comes now.
            flush(&group, at: now)
            put(group, now)
        }
        for note in notes {
            guard let number = note.key.split(separator: "/").first.flatMap({ UInt64($0) }), headers[number] == nil else { continue }
            lastNotes.append(Note(notePrefix + note.key, nil))
            if messages[number]?.isEmpty == false { faults.append("note \(notePrefix)\(note.key): its group is not known any more") }
        }
        return faults
    }

    private static func revived(_ alert: NotifiedAlert, at now: Timestamp, _ tolerance: Duration) -> NotifiedAlert {
        guard alert.endsAt == nil, alert.validUntil < now, now.duration(since: alert.validUntil) <= tolerance else { return alert }
        var alert = alert
        alert.validUntil = now + restartGrace
        return alert
    }
}
