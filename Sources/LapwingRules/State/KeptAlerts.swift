import LapwingAlerting
public import LapwingSeries

/// The alerts of all groups as they are in the notes, and the notes of what an evaluation changes.
///
/// Pure. Each alert has a number and up to three notes, so that what changes often is written without what does not; so have series
/// that no rule writes any more, until they are marked stale (`KeptAlerts+Endings`):
///
///     alert/NUMBER/of     group's file and name (texts) · alerting (flag) · rule's name (text) · its labels (pairs) · occurrence
///                         (number) · expression (text) · the alert's labels                    written once
///     alert/NUMBER/is     state (number: 0 resolved, 1 pending, 2 firing) · active since (time) · fired, resolved, without a
///                         result since, last sent, valid until (optional times) · value (double) · the evaluation (time)
///     alert/NUMBER/says   annotations (pairs)                                                   when they change
///     alert/NUMBER/ends   group's file and name (texts) · its last evaluation, or when it was removed (time) · how many series
///                         (number) · the labels of each
public struct KeptAlerts: Sendable {
    /// What the keys begin with.
    public static let notePrefix = "alert/"
    static let noteVersion: UInt8 = 1

    private struct Kept: Sendable {
        var number: UInt64
        /// As the notes have it.
        var alert: Alert
        var annotations: [Label]
    }

    private struct Group: Sendable {
        var places: [RulePlace]
        /// By the rule's place in the group.
        var rules: [[Labels: Kept]]
        var count: Int
    }

    private var groups: [GroupKey: Group] = [:]
    var nextNumber: UInt64 = 1
    /// Numbers of alerts whose rules are gone.
    private var leftovers: [GroupKey: [UInt64]] = [:]
    /// By the group that is to mark them stale.
    var endings: [GroupKey: Endings] = [:]

    public init() {}

    /// Makes this group the one of its key: alerts of rules that it does not have are forgotten with its next evaluation.
    public mutating func adopt(_ group: RuleGroup) {
        let places = group.places
        var next = Group(places: places, rules: Array(repeating: [:], count: places.count), count: 0)
        if let old = groups[group.key] {
            let known = Dictionary(zip(places.map(\.identity), places.indices)) { first, _ in first }
            for (place, alerts) in zip(old.places, old.rules) {
                if let index = known[place.identity] {
                    next.rules[index] = alerts
                    next.count += alerts.count
                } else {
                    leftovers[group.key, default: []] += alerts.values.map(\.number)
                }
            }
        }
        groups[group.key] = next
    }

    /// Forgets a group.
    ///
    /// - Parameter series: what it has written.
    /// - Returns: the notes that say so, and the number of the one that tells of the series, to be released when they are marked stale.
    public mutating func remove(_ key: GroupKey, ending series: [Labels], at time: Timestamp) -> (notes: [Note], ending: UInt64?) {
        let numbers = (groups.removeValue(forKey: key)?.rules ?? []).flatMap { $0.values.map(\.number) }
        let (ending, number) = end(key, series, at: time)
        return (Self.removal(of: numbers + (leftovers.removeValue(forKey: key) ?? [])) + ending, number)
    }

    private static func removal(of numbers: [UInt64]) -> [Note] {
        numbers.sorted().flatMap { number in ["of", "is", "says"].map { Note("\(notePrefix)\(number)/\($0)", nil) } }
    }

    /// The notes of alerts that a reload or a restart has ended; what else it changed in `state` is written with the next
    /// evaluation, so that a process that ends before it does not change it twice.
    public mutating func removals(of key: GroupKey, to state: GroupState) -> [Note] { changes(of: key, to: state, at: nil) }

    /// The notes of what the evaluation at `time` has changed; none where it changed nothing.
    ///
    /// - Complexity: O(rules + alerts of the group).
    public mutating func changes(of key: GroupKey, to state: GroupState, at time: Timestamp) -> [Note] {
        changes(of: key, to: state, at: time as Timestamp?)
    }

    private mutating func changes(of key: GroupKey, to state: GroupState, at time: Timestamp?) -> [Note] {
        var notes = Self.removal(of: leftovers.removeValue(forKey: key) ?? []) + endingChanges(of: key, to: state)
        guard var group = groups.removeValue(forKey: key) else { return notes }
        defer { groups[key] = group }
        if group.count == 0, state.rules.allSatisfy(\.active.isEmpty) { return notes }
        for (index, rule) in state.rules.enumerated() where index < group.rules.count {
            notes += changes(of: &group.rules[index], key, group.places[index], to: rule.active, at: time)
        }
        group.count = group.rules.reduce(0) { $0 + $1.count }
        return notes
    }

    private mutating func changes(
        of kept: inout [Labels: Kept], _ key: GroupKey, _ place: RulePlace, to active: ActiveAlerts, at time: Timestamp?
    ) -> [Note] {
        var notes: [Note] = []
        if !kept.isEmpty, active.all.count(where: { kept[$0.labels] != nil }) < kept.count {
            let gone = kept.filter { active[$0.key] == nil }
            notes += Self.removal(of: gone.values.map(\.number))
            for labels in gone.keys { kept[labels] = nil }
        }
        guard let time else { return notes }
        for alert in active.all {
            let known = kept[alert.labels]
            let isSame = known.map { $0.alert.isKept(as: alert) } ?? false
            if let known, isSame, known.alert.texts.isMade(like: alert.texts) { continue }
            let number = known?.number ?? nextNumber
            let base = "\(Self.notePrefix)\(number)/"
            if known == nil {
                nextNumber += 1
                notes.append(Note(base + "of", Self.placeBytes(key, place, alert.labels)))
            }
            if !isSame { notes.append(Note(base + "is", Self.dated(Self.stateBytes(alert), time))) }
            let annotations = alert.annotations
            if known?.annotations != annotations { notes.append(Note(base + "says", Self.textBytes(annotations))) }
            kept[alert.labels] = Kept(number: number, alert: alert, annotations: annotations)
        }
        return notes
    }
}

extension Alert {
    /// Whether its note `is` is that of another with the same labels.
    fileprivate func isKept(as other: Alert) -> Bool {
        state == other.state && value.bitPattern == other.value.bitPattern && activeAt == other.activeAt && firedAt == other.firedAt
            && resolvedAt == other.resolvedAt && keepFiringSince == other.keepFiringSince && lastSentAt == other.lastSentAt
            && validUntil == other.validUntil
    }
}

// MARK: Taking up

extension KeptAlerts {
    /// A group as a process before this one has left it.
    public struct Restored: Sendable {
        public var places: [RulePlace]
        public var state: GroupState
        /// The newest evaluation that changed something.
        public var lastChange: Timestamp
    }

    /// Reads what a process before this one has left.
    ///
    /// - Returns: the groups, and what could not be understood.
    public mutating func restore(_ notes: [Note]) -> (groups: [GroupKey: Restored], faults: [String]) {
        var parts: [UInt64: [String: [UInt8]]] = [:]
        for note in notes where note.key.hasPrefix(Self.notePrefix) {
            let words = note.key.dropFirst(Self.notePrefix.count).split(separator: "/")
            guard words.count == 2, let number = UInt64(words[0]), let value = note.value else { continue }
            parts[number, default: [:]][String(words[1])] = value
        }
        var faults: [String] = []
        var found: [GroupKey: Found] = [:]
        for (number, values) in parts.sorted(by: { $0.key < $1.key }) {
            nextNumber = max(nextNumber, number + 1)
            do throws(NoteReader.Malformed) {
                if let bytes = values["ends"] { try restoreEnding(number, bytes) } else { try restore(number, values, into: &found) }
            } catch {
                faults.append("alert \(number): \(error)")
            }
        }
        for (key, group) in found {
            groups[key] = Group(places: group.places, rules: group.kept, count: group.kept.reduce(0) { $0 + $1.count })
        }
        var restored = found.mapValues(\.restored)
        for (key, ending) in endings {
            var group = restored[key] ?? Found().restored
            group.state.abandoned = ending.series
            group.lastChange = max(group.lastChange, ending.time)
            restored[key] = group
        }
        return (restored, faults)
    }

    /// A group as its notes are read.
    private struct Found {
        var places: [RulePlace] = []
        var indices: [RulePlace.Identity: Int] = [:]
        var alerts: [[Labels: Alert]] = []
        var kept: [[Labels: Kept]] = []
        var lastChange = Timestamp.distantPast

        mutating func index(of place: RulePlace) -> Int {
            if let known = indices[place.identity] { return known }
            indices[place.identity] = places.count
            places.append(place)
            alerts.append([:])
            kept.append([:])
            return places.count - 1
        }

        var restored: Restored {
            var state = GroupState(ruleCount: places.count)
            for (index, alerts) in alerts.enumerated() { state.rules[index].active = ActiveAlerts(alerts.values) }
            return Restored(places: places, state: state, lastChange: lastChange)
        }
    }

    private mutating func restore(
        _ number: UInt64, _ values: [String: [UInt8]], into found: inout [GroupKey: Found]
    ) throws(NoteReader.Malformed) {
        guard let placeBytes = values["of"], let stateBytes = values["is"] else {
            throw NoteReader.Malformed(description: "a part of its notes is missing")
        }
        let (key, place, labels) = try Self.place(placeBytes)
        let (alert, time) = try Self.alert(stateBytes, labels, values["says"])
        var group = found.removeValue(forKey: key) ?? Found()
        let index = group.index(of: place)
        group.alerts[index][labels] = alert
        group.kept[index][labels] = Kept(number: number, alert: alert, annotations: alert.annotations)
        group.lastChange = max(group.lastChange, time)
        found[key] = group
    }
}
