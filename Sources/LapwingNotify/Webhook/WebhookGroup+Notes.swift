import LapwingHTTP
import LapwingSeries

/// What of a group is kept, as notes: below a prefix and the group's number a header, each alert, each message.
///
///     NUMBER        labels · next flush (time) · what was told · retry (optional time) · failures (number) · what was taken,
///                   each a flag, and if set its time, the number of fingerprints that fired and they (numbers), likewise
///                   those that had resolved
///     NUMBER/a/PRINT   an alert, as `NotifiedAlert.write` has it, by its fingerprint in hexadecimal
///     NUMBER/m/ID      receiver (text) · reason (text) · truncated alerts (number) · external URL (text) · the number of
///                      alerts, and they
extension WebhookGroup {
    /// The notes of what has changed; nothing where nothing has.
    mutating func takeNotes(_ prefix: String) -> [Note] {
        let base = "\(prefix)\(number)"
        var notes: [Note] = []
        if isDone {
            notes.append(Note(base, nil))
        } else if changes.isHeader || !changes.alerts.isEmpty && changes.writtenFlush != nextFlush {
            notes.append(Note(base, header.noteBytes))
            changes.writtenFlush = nextFlush
        }
        for labels in changes.alerts.sorted() {
            let print = NotifiedAlert(labels: labels, startsAt: .distantPast).fingerprint
            notes.append(Note("\(base)/a/\(String(print, radix: 16))", alerts[labels]?.noteBytes))
        }
        for id in changes.deliveries.sorted() {
            notes.append(Note("\(base)/m/\(id)", queue.first { $0.id == id }?.message.noteBytes))
        }
        changes = Changes(isHeader: false, writtenFlush: changes.writtenFlush)
        return notes
    }
}

extension WebhookGroup.Header {
    var noteBytes: [UInt8] {
        var note = NoteWriter(version: NoteVersion.current)
        note.labels(labels)
        note.time(nextFlush)
        WebhookGroup.Told.write(told, to: &note)
        note.time(retryAt as Timestamp?)
        note.count(attempt)
        WebhookGroup.Told.write(taken, to: &note)
        return note.bytes
    }

    init(noteBytes bytes: [UInt8]) throws(NoteReader.Malformed) {
        var note = try NoteReader(bytes, version: NoteVersion.current)
        labels = try note.labels()
        nextFlush = try note.time()
        told = try WebhookGroup.Told.read(from: &note)
        retryAt = try note.optionalTime()
        attempt = try note.unboundedCount()
        // Notes of earlier builds end here.
        taken = note.isAtEnd ? told : try WebhookGroup.Told.read(from: &note)
    }

    /// The same with no wait longer than one that begins now: the clock may have been set back since it was written.
    func bounded(by receiver: WebhookReceiver, at now: Timestamp) -> Self {
        var header = self
        if nextFlush < .distantFuture { header.nextFlush = min(nextFlush, now + max(receiver.groupWait, receiver.groupInterval)) }
        header.retryAt = retryAt.map { min($0, now + RetryAfter.longest) }
        if let told { header.told?.at = min(told.at, now) }
        if let taken { header.taken?.at = min(taken.at, now) }
        return header
    }
}

extension WebhookGroup.Told {
    static func write(_ told: Self?, to note: inout NoteWriter) {
        note.flag(told != nil)
        guard let told else { return }
        note.time(told.at)
        for prints in [told.firing, told.resolved] {
            note.count(prints.count)
            for print in prints.sorted() { note.number(print) }
        }
    }

    static func read(from note: inout NoteReader) throws(NoteReader.Malformed) -> Self? {
        guard try note.flag() else { return nil }
        let time = try note.time()
        var prints: [Set<UInt64>] = [[], []]
        for index in prints.indices {
            for _ in 0..<(try note.count()) { prints[index].insert(try note.number()) }
        }
        return Self(firing: prints[0], resolved: prints[1], at: time)
    }
}

extension NotifiedAlert {
    var noteBytes: [UInt8] {
        var note = NoteWriter(version: NoteVersion.current)
        write(to: &note)
        return note.bytes
    }

    init(noteBytes bytes: [UInt8]) throws(NoteReader.Malformed) {
        var note = try NoteReader(bytes, version: NoteVersion.current)
        try self.init(from: &note)
    }
}

extension WebhookMessage {
    var noteBytes: [UInt8] {
        var note = NoteWriter(version: NoteVersion.current)
        note.text(receiver)
        note.text(reason.rawValue)
        note.count(truncatedAlerts)
        note.text(externalURL)
        note.count(alerts.count)
        for alert in alerts { alert.write(to: &note) }
        return note.bytes
    }

    init(noteBytes bytes: [UInt8], groupLabels: Labels) throws(NoteReader.Malformed) {
        var note = try NoteReader(bytes, version: NoteVersion.current)
        receiver = try note.text()
        guard let reason = NotificationReason(rawValue: try note.text()) else {
            throw NoteReader.Malformed(description: "it has a reason that is not known")
        }
        self.reason = reason
        self.groupLabels = groupLabels
        truncatedAlerts = try note.unboundedCount()
        externalURL = try note.text()
        alerts = []
        for _ in 0..<(try note.count()) { alerts.append(try NotifiedAlert(from: &note)) }
    }
}
