import LapwingAlerting
import LapwingSeries

/// The fields of an alert's notes, in the order that `KeptAlerts` says.
extension KeptAlerts {
    static func placeBytes(_ key: GroupKey, _ place: RulePlace, _ labels: Labels) -> [UInt8] {
        var note = NoteWriter(version: noteVersion)
        note.text(key.file)
        note.text(key.name)
        note.flag(place.identity.isAlerting)
        note.text(place.identity.name)
        note.pairs(place.identity.labels)
        note.count(place.identity.occurrence)
        note.text(place.expression)
        note.labels(labels)
        return note.bytes
    }

    static func place(_ bytes: [UInt8]) throws(NoteReader.Malformed) -> (GroupKey, RulePlace, Labels) {
        var note = try NoteReader(bytes, version: noteVersion)
        let key = GroupKey(file: try note.text(), name: try note.text())
        let identity = RulePlace.Identity(
            isAlerting: try note.flag(), name: try note.text(), labels: try note.pairs(), occurrence: try note.unboundedCount())
        let place = RulePlace(identity, expression: try note.text())
        return (key, place, try note.labels())
    }

    static func stateBytes(_ alert: Alert) -> [UInt8] {
        var note = NoteWriter(version: noteVersion)
        let state: UInt64 =
            switch alert.state {
            case .inactive: 0
            case .pending: 1
            case .firing: 2
            }
        note.number(state)
        note.time(alert.activeAt)
        for time in [alert.firedAt, alert.resolvedAt, alert.keepFiringSince, alert.lastSentAt, alert.validUntil] { note.time(time) }
        note.double(alert.value)
        return note.bytes
    }

    /// A state with the evaluation that it is of.
    static func dated(_ state: [UInt8], _ time: Timestamp) -> [UInt8] {
        var note = NoteWriter(version: noteVersion)
        note.time(time)
        return state + note.bytes.dropFirst()
    }

    static func textBytes(_ annotations: [Label]) -> [UInt8] {
        var note = NoteWriter(version: noteVersion)
        note.pairs(annotations)
        return note.bytes
    }

    static func alert(_ state: [UInt8], _ labels: Labels, _ texts: [UInt8]?) throws(NoteReader.Malformed) -> (Alert, Timestamp) {
        var note = try NoteReader(state, version: noteVersion)
        let code = try note.number()
        let states: [Alert.State] = [.inactive, .pending, .firing]
        guard code < 3 else { throw NoteReader.Malformed(description: "it has state \(code), and there are 0, 1 and 2") }
        var alert = Alert(labels: labels, value: 0, activeAt: try note.time())
        alert.state = states[Int(code)]
        alert.firedAt = try note.optionalTime()
        alert.resolvedAt = try note.optionalTime()
        alert.keepFiringSince = try note.optionalTime()
        alert.lastSentAt = try note.optionalTime()
        alert.validUntil = try note.optionalTime()
        alert.value = try note.double()
        let time = try note.time()
        if let texts {
            var note = try NoteReader(texts, version: noteVersion)
            alert.annotations = try note.pairs()
        }
        return (alert, time)
    }
}
