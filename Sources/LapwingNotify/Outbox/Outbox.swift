import LapwingHTTP
public import LapwingSeries

/// Everything that is to be told: a dispatcher for each webhook, a queue for each Alertmanager, and the history.
///
/// Pure: alerts, the time and outcomes go in; deliveries come out, and notes of what has changed, from which a process
/// after this one goes on as if nothing had happened.
public struct Outbox: Sendable {
    public struct Configuration: Sendable {
        public var webhooks: [WebhookReceiver] = []
        public var alertmanagers: [AlertmanagerReceiver] = []
        public var externalURL = ""
        /// Prometheus' `alert_relabel_configs`, for every receiver: an alert that they drop is told to nobody.
        public var relabeling: [RelabelRule] = []
        /// Scatters the retries of different processes.
        public var jitterSeed: UInt64 = 0
        /// For how long after the last sign of it an alert that was firing when the process ended counts as firing still.
        public var outageTolerance: Duration = .seconds(3600)

        public init() {}
    }

    /// What the keys of its notes begin with.
    public static let notePrefix = "notify/"

    private struct Webhook: Sendable {
        var number: UInt64
        var dispatcher: WebhookDispatcher
    }

    private struct Alertmanager: Sendable {
        var number: UInt64
        var receiver: AlertmanagerReceiver
        var queue: AlertmanagerQueue
    }

    private var configuration: Configuration
    private var webhooks: [String: Webhook] = [:]
    private var alertmanagers: [String: Alertmanager] = [:]
    public private(set) var history = AlertHistory(notePrefix: Outbox.notePrefix + "history/")
    private var nextReceiver: UInt64 = 1
    /// The entries of messages that are tried again.
    private var entries: [Delivery.Identity: UInt64] = [:]
    private var receiverNotes: [Note] = []
    /// Since this was last asked.
    private var dropped: [AlertHistory.Sending] = []
    /// What of the notes could not be understood, for the log.
    public private(set) var faults: [String] = []

    /// - Parameter notes: what a process before this one has left.
    public init(_ configuration: Configuration, restoring notes: [Note] = [], at now: Timestamp) {
        self.configuration = configuration
        restore(notes, at: now)
        apply(configuration, at: now)
    }

    /// Goes on with other settings: a receiver that is known keeps what waits for it, and what waits for one that is gone
    /// is let go, with entries in the history.
    public mutating func apply(_ configuration: Configuration, at now: Timestamp) {
        self.configuration = configuration
        let wanted = Self.keyed(configuration.webhooks, by: \.key)
        for (key, webhook) in webhooks.sorted(by: { $0.value.number < $1.value.number }) where wanted[key] == nil { remove(key, webhook, at: now) }
        for (key, receiver) in wanted.sorted(by: { $0.key < $1.key }) {
            if webhooks[key] == nil {
                let number = makeReceiver(key, isWebhook: true)
                webhooks[key] = Webhook(number: number, dispatcher: dispatcher(for: receiver, number))
            }
            webhooks[key]?.dispatcher.apply(receiver, externalURL: configuration.externalURL, at: now)
        }
        let others = Self.keyed(configuration.alertmanagers, by: \.key)
        for (key, one) in alertmanagers.sorted(by: { $0.value.number < $1.value.number }) where others[key] == nil { remove(key, one, at: now) }
        for (key, receiver) in others.sorted(by: { $0.key < $1.key }) {
            if alertmanagers[key] == nil {
                let number = makeReceiver(key, isWebhook: false)
                alertmanagers[key] = Alertmanager(number: number, receiver: receiver, queue: queue(number))
            }
            alertmanagers[key]?.receiver = receiver
        }
    }

    /// Receivers by their keys; of those with the same, the later ones are counted.
    private static func keyed<Receiver>(_ receivers: [Receiver], by key: (Receiver) -> String) -> [String: Receiver] {
        var found: [String: Receiver] = [:]
        for receiver in receivers {
            var name = key(receiver)
            var copy = 1
            while found[name] != nil {
                copy += 1
                name = "\(key(receiver)) \(copy)"
            }
            found[name] = receiver
        }
        return found
    }

    private mutating func makeReceiver(_ key: String, isWebhook: Bool) -> UInt64 {
        defer { nextReceiver += 1 }
        var note = NoteWriter(version: NoteVersion.current)
        note.flag(isWebhook)
        note.text(key)
        receiverNotes.append(Note("\(Self.notePrefix)receiver/\(nextReceiver)", note.bytes))
        return nextReceiver
    }

    private func dispatcher(for receiver: WebhookReceiver, _ number: UInt64) -> WebhookDispatcher {
        WebhookDispatcher(
            receiver: receiver, externalURL: configuration.externalURL, jitterSeed: configuration.jitterSeed &+ number,
            notePrefix: "\(Self.notePrefix)\(number)/")
    }

    private func queue(_ number: UInt64) -> AlertmanagerQueue {
        AlertmanagerQueue(jitterSeed: configuration.jitterSeed &+ number, notePrefix: "\(Self.notePrefix)\(number)/")
    }

    private mutating func remove(_ key: String, _ webhook: Webhook, at now: Timestamp) {
        var webhook = webhook
        for message in webhook.dispatcher.abandon() {
            let sending = sending(message, to: webhook.dispatcher.receiver, .dropped, 0, "the receiver is no longer configured", at: now)
            let entry = entries.removeValue(forKey: Delivery.Identity(receiver: key, groupKey: message.groupKey))
            record(dropped: sending, as: entry)
        }
        receiverNotes += webhook.dispatcher.takeNotes() + [Note("\(Self.notePrefix)receiver/\(webhook.number)", nil)]
        webhooks[key] = nil
        entries = entries.filter { $0.key.receiver != key }
    }

    private mutating func remove(_ key: String, _ alertmanager: Alertmanager, at now: Timestamp) {
        var alertmanager = alertmanager
        let alerts = alertmanager.queue.abandon()
        let entry = entries.removeValue(forKey: Delivery.Identity(receiver: key, groupKey: ""))
        recordDropped(alerts, by: alertmanager.receiver, "the Alertmanager is no longer configured", as: entry, at: now)
        receiverNotes += alertmanager.queue.takeNotes() + [Note("\(Self.notePrefix)receiver/\(alertmanager.number)", nil)]
        alertmanagers[key] = nil
        entries = entries.filter { $0.key.receiver != key }
    }

    // MARK: Telling

    /// Takes in the alerts that receivers have to be told of now, and what changed.
    ///
    /// - Parameter now: the evaluation's instant.
    public mutating func receive(_ alerts: [NotifiedAlert], _ changes: [AlertHistory.Change] = [], at now: Timestamp) {
        for change in changes { history.add(change) }
        let alerts = Self.relabeled(alerts, configuration.relabeling)
        if alerts.isEmpty { return }
        for key in webhooks.keys { webhooks[key]?.dispatcher.receive(alerts, at: now) }
        for key in alertmanagers.keys.sorted() {
            guard var one = alertmanagers.removeValue(forKey: key) else { continue }
            let dropped = one.queue.receive(Self.relabeled(alerts, one.receiver.relabeling))
            recordDropped(dropped, by: one.receiver, "more than \(AlertmanagerQueue.capacity) alerts wait", at: now)
            alertmanagers[key] = one
        }
    }

    private static func relabeled(_ alerts: [NotifiedAlert], _ rules: [RelabelRule]) -> [NotifiedAlert] {
        if rules.isEmpty { return alerts }
        return alerts.compactMap { alert in
            var builder = Labels.Builder(alert.labels)
            guard rules.allSatisfy({ $0.apply(to: &builder) }) else { return nil }
            var alert = alert
            alert.labels = builder.labels
            return alert
        }
    }

    /// The deliveries to start now.
    public mutating func advance(to now: Timestamp) -> [Delivery] {
        var deliveries: [Delivery] = []
        for key in webhooks.keys.sorted() {
            guard var webhook = webhooks.removeValue(forKey: key) else { continue }
            for delivery in webhook.dispatcher.advance(to: now) {
                deliveries.append(Delivery(receiver: key, .webhook(webhook.dispatcher.receiver, delivery)))
            }
            webhooks[key] = webhook
        }
        for key in alertmanagers.keys.sorted() {
            guard var one = alertmanagers.removeValue(forKey: key) else { continue }
            let batch = one.queue.takeBatch(at: now)
            if !batch.isEmpty { deliveries.append(Delivery(receiver: key, .alertmanager(one.receiver, batch, attempt: one.queue.attempt))) }
            alertmanagers[key] = one
        }
        return deliveries
    }

    /// Takes in how a delivery went.
    public mutating func completed(_ delivery: Delivery, _ outcome: DeliveryOutcome, at now: Timestamp) {
        switch delivery.content {
        case .webhook(_, let content): webhooks[delivery.receiver]?.dispatcher.completed(content, outcome, at: now)
        case .alertmanager: alertmanagers[delivery.receiver]?.queue.completed(outcome, at: now)
        }
        let (result, error) = AlertHistory.Sending.result(of: outcome)
        let sending =
            switch delivery.content {
            case .webhook(let receiver, let content): sending(content.message, to: receiver, result, delivery.attempt + 1, error, at: now)
            case .alertmanager(let receiver, let alerts, _): sending(alerts, to: receiver, result, delivery.attempt + 1, error, at: now)
            }
        let number = history.record(sending, as: entries[delivery.identity])
        entries[delivery.identity] = result == .retrying ? number : nil
    }

    /// When `advance` has something to do without anything else happening; nil when it has nothing.
    public var nextWake: Timestamp? {
        (webhooks.values.map(\.dispatcher.nextWake) + alertmanagers.values.map(\.queue.nextWake)).compactMap { $0 }.min()
    }

    /// Messages and alerts that no receiver has taken yet.
    public var pending: Int {
        webhooks.values.reduce(0) { $0 + $1.dispatcher.pendingDeliveries } + alertmanagers.values.reduce(0) { $0 + $1.queue.count }
    }

    /// Alerts that wait, by the address of each Alertmanager.
    public var alertmanagerQueues: [(url: String, count: Int)] {
        alertmanagers.values.sorted { $0.receiver.url < $1.receiver.url }.map { (HTTPURL.shown($0.receiver.url), $0.queue.count) }
    }

    // MARK: The history

    private func sending(
        _ message: WebhookMessage, to receiver: WebhookReceiver, _ result: AlertHistory.Sending.Result, _ attempts: Int, _ error: String,
        at now: Timestamp
    ) -> AlertHistory.Sending {
        AlertHistory.Sending(
            message.alerts, receiver.name, receiver.url, result, attempts, error, groupKey: message.groupKey, reason: message.reason.rawValue, at: now)
    }

    private func sending(
        _ alerts: [NotifiedAlert], to receiver: AlertmanagerReceiver, _ result: AlertHistory.Sending.Result, _ attempts: Int, _ error: String,
        at now: Timestamp
    ) -> AlertHistory.Sending {
        AlertHistory.Sending(alerts, "alertmanager", receiver.url, result, attempts, error, at: now)
    }

    private mutating func recordDropped(
        _ alerts: [NotifiedAlert], by receiver: AlertmanagerReceiver, _ reason: String, as entry: UInt64? = nil, at now: Timestamp
    ) {
        if !alerts.isEmpty { record(dropped: sending(alerts, to: receiver, .dropped, 0, reason, at: now), as: entry) }
    }

    private mutating func record(dropped sending: AlertHistory.Sending, as entry: UInt64?) {
        _ = history.record(sending, as: entry)
        dropped.append(sending)
    }

    /// What was let go since this was last asked, for the log.
    mutating func takeDropped() -> [AlertHistory.Sending] {
        defer { dropped = [] }
        return dropped
    }

    // MARK: Notes

    /// What has changed since this was last asked, for the log.
    public mutating func takeNotes() -> [Note] {
        defer { receiverNotes = [] }
        var notes = receiverNotes
        for key in webhooks.keys.sorted() { notes += webhooks[key]?.dispatcher.takeNotes() ?? [] }
        for key in alertmanagers.keys.sorted() { notes += alertmanagers[key]?.queue.takeNotes() ?? [] }
        return notes + history.takeNotes()
    }

    private mutating func restore(_ notes: [Note], at now: Timestamp) {
        var parts: [Substring: [Note]] = [:]
        for note in notes where note.key.hasPrefix(Self.notePrefix) {
            let key = note.key.dropFirst(Self.notePrefix.count)
            let first = key.prefix { $0 != "/" }
            parts[first, default: []].append(Note(String(key.dropFirst(first.count + 1)), note.value))
        }
        faults += history.restore(parts["history"] ?? [])
        for (number, sending) in history.retrying { entries[sending.identity] = number }
        for note in parts["receiver"] ?? [] {
            guard let number = UInt64(note.key), let value = note.value else { continue }
            nextReceiver = max(nextReceiver, number + 1)
            do throws(NoteReader.Malformed) {
                var reader = try NoteReader(value, version: NoteVersion.current)
                let isWebhook = try reader.flag()
                restoreReceiver(try reader.text(), number, isWebhook: isWebhook, parts["\(number)"] ?? [], at: now)
            } catch {
                faults.append("note \(Self.notePrefix)receiver/\(number): \(error)")
            }
        }
    }

    /// Takes up one receiver with the settings that it has now, or, where it has none any more, only with its name.
    private mutating func restoreReceiver(_ key: String, _ number: UInt64, isWebhook: Bool, _ notes: [Note], at now: Timestamp) {
        if isWebhook {
            let words = key.split(separator: " ").map(String.init)
            let stub = WebhookReceiver(name: words.first ?? "", url: words.dropFirst().first ?? "")
            let receiver = Self.keyed(configuration.webhooks, by: \.key)[key] ?? stub
            var dispatcher = dispatcher(for: receiver, number)
            faults += dispatcher.restore(notes, at: now, tolerance: configuration.outageTolerance)
            webhooks[key] = Webhook(number: number, dispatcher: dispatcher)
        } else {
            let stub = AlertmanagerReceiver(url: key.split(separator: " ").dropFirst().first.map(String.init) ?? "")
            let receiver = Self.keyed(configuration.alertmanagers, by: \.key)[key] ?? stub
            var queue = queue(number)
            faults += queue.restore(notes)
            alertmanagers[key] = Alertmanager(number: number, receiver: receiver, queue: queue)
        }
    }
}
