public import LapwingSeries

/// From one process to the next.
extension Outbox {
    /// What has changed since this was last asked, for the log.
    public mutating func takeNotes() -> [Note] {
        defer { receiverNotes = [] }
        var notes = receiverNotes
        for key in webhooks.keys.sorted() { notes += webhooks[key]?.dispatcher.takeNotes() ?? [] }
        for key in alertmanagers.keys.sorted() { notes += alertmanagers[key]?.queue.takeNotes() ?? [] }
        return notes + history.takeNotes()
    }

    mutating func restore(_ notes: [Note], at now: Timestamp) {
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
