import LapwingSeries

/// Which receivers there are, over reloads.
extension Outbox {
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
    static func keyed<Receiver>(_ receivers: [Receiver], by key: (Receiver) -> String) -> [String: Receiver] {
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

    func dispatcher(for receiver: WebhookReceiver, _ number: UInt64) -> WebhookDispatcher {
        WebhookDispatcher(
            receiver: receiver, externalURL: configuration.externalURL, jitterSeed: configuration.jitterSeed &+ number,
            notePrefix: "\(Self.notePrefix)\(number)/")
    }

    func queue(_ number: UInt64) -> AlertmanagerQueue {
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
}
