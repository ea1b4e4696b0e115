import LapwingAlerting
import LapwingSeries

/// change    time · change (text) · labels · annotations (pairs) · value (double) · active since (time) · group · file (texts)
extension AlertHistory.Change {
    var noteBytes: [UInt8] {
        var note = NoteWriter(version: NoteVersion.current)
        note.time(at)
        note.text(change.rawValue)
        note.labels(labels)
        note.pairs(annotations)
        note.double(value)
        note.time(activeAt)
        note.text(group)
        note.text(file)
        return note.bytes
    }

    init(noteBytes bytes: [UInt8]) throws(NoteReader.Malformed) {
        var note = try NoteReader(bytes, version: NoteVersion.current)
        at = try note.time()
        guard let change = AlertTransition.Change(rawValue: try note.text()) else {
            throw NoteReader.Malformed(description: "it has a change that is not known")
        }
        self.change = change
        labels = try note.labels()
        annotations = try note.pairs()
        value = try note.double()
        activeAt = try note.time()
        group = try note.text()
        file = try note.text()
    }
}

/// sending   time · first time · receiver · url · group key · reason · result · error (texts) · tries · alerts (numbers) ·
///           of how many follows, and they: labels, whether resolved (flag), value (double)
extension AlertHistory.Sending {
    var noteBytes: [UInt8] {
        var note = NoteWriter(version: NoteVersion.current)
        note.time(at)
        note.time(firstAt)
        for text in [receiver, url, groupKey, reason, result.rawValue, error] { note.text(text) }
        note.count(attempts)
        note.count(alertCount)
        note.count(alerts.count)
        for alert in alerts {
            note.labels(alert.labels)
            note.flag(alert.isResolved)
            note.double(alert.value)
        }
        return note.bytes
    }

    init(noteBytes bytes: [UInt8]) throws(NoteReader.Malformed) {
        var note = try NoteReader(bytes, version: NoteVersion.current)
        at = try note.time()
        firstAt = try note.time()
        receiver = try note.text()
        url = try note.text()
        groupKey = try note.text()
        reason = try note.text()
        guard let result = Result(rawValue: try note.text()) else {
            throw NoteReader.Malformed(description: "it has a result that is not known")
        }
        self.result = result
        error = try note.text()
        attempts = try note.unboundedCount()
        alertCount = try note.unboundedCount()
        alerts = []
        for _ in 0..<(try note.count()) {
            let labels = try note.labels()
            let isResolved = try note.flag()
            alerts.append(Alert(labels: labels, isResolved: isResolved, value: try note.double()))
        }
    }
}
