public import LapwingAlerting
public import LapwingSeries

/// What happened: every change of an alert, and every message with what came of it. Bounded; the oldest go first.
///
/// Changes and messages have a bound each, so that a receiver that is down does not push out what alerts did.
public struct AlertHistory: Sendable {
    /// Entries of each kind.
    public static let capacity = 10_000
    /// Bytes of each kind, as they are kept.
    public static let maximumBytes = 8 << 20
    /// Alerts that the entry of a message names; the others are counted.
    public static let alertsPerEntry = 20
    /// Bytes of a receiver's complaint that are kept.
    public static let maximumErrorBytes = 300

    /// A change of an alert.
    public struct Change: Sendable, Hashable {
        public var at: Timestamp
        public var change: AlertTransition.Change
        public var labels: Labels
        public var annotations: [Label]
        /// The expression's value at the last evaluation that had a result.
        public var value: Double
        public var activeAt: Timestamp
        public var group: String
        public var file: String

        public init(_ transition: AlertTransition, group: String, file: String) {
            at = transition.at
            change = transition.change
            labels = transition.alert.labels
            annotations = transition.alert.annotations
            value = transition.alert.value
            activeAt = transition.alert.activeAt
            self.group = group
            self.file = file
        }
    }

    /// A message: one entry from its first try to its end.
    public struct Sending: Sendable, Hashable {
        public enum Result: String, Sendable, Hashable, CaseIterable {
            /// 2xx.
            case delivered
            /// It has failed, and is tried again.
            case retrying
            /// The receiver did not want it; it is not tried again.
            case refused
            /// Its receiver was removed, or too much waited for it.
            case dropped
        }

        public struct Alert: Sendable, Hashable {
            public var labels: Labels
            public var isResolved: Bool
            public var value: Double

            init(labels: Labels, isResolved: Bool, value: Double) {
                self.labels = labels
                self.isResolved = isResolved
                self.value = value
            }
        }

        /// Of the last try.
        public var at: Timestamp
        public var firstAt: Timestamp
        public var receiver: String
        /// Without user and password; not to be shown, since it tells receivers apart and holds all the rest.
        public var url: String
        /// Empty for an Alertmanager.
        public var groupKey: String
        /// Empty for an Alertmanager.
        public var reason: String
        public var result: Result
        public var attempts: Int
        /// What the last failure was.
        public var error: String
        public var alertCount: Int
        /// The first `alertsPerEntry` of them.
        public var alerts: [Alert]
    }

    public enum Entry: Sendable, Hashable {
        case change(Change)
        case sending(Sending)

        public var at: Timestamp {
            switch self {
            case .change(let change): change.at
            case .sending(let sending): sending.at
            }
        }
    }

    private var changes = HistoryRing<Change>(maximumCount: AlertHistory.capacity, maximumBytes: AlertHistory.maximumBytes)
    private var sendings = HistoryRing<Sending>(maximumCount: AlertHistory.capacity, maximumBytes: AlertHistory.maximumBytes)
    private var notes: [Note] = []
    private let notePrefix: String

    public init(notePrefix: String = "") { self.notePrefix = notePrefix }

    public var count: Int { changes.count + sendings.count }

    public mutating func add(_ change: Change) {
        let bytes = change.noteBytes
        let (number, gone) = changes.add(change, bytes: bytes.count)
        notes.append(Note("\(notePrefix)change/\(number)", bytes))
        notes += gone.map { Note("\(notePrefix)change/\($0)", nil) }
    }

    /// Adds the entry of a message, or brings the one that it has up to date.
    ///
    /// - Parameter number: what this returned for the message before; nil the first time.
    public mutating func record(_ sending: Sending, as number: UInt64?) -> UInt64 {
        var sending = sending
        sending.error = String(decoding: sending.error.utf8.prefix(Self.maximumErrorBytes), as: UTF8.self)
        if let number, let known = sendings[number] {
            sending.firstAt = known.firstAt
            sending.attempts = max(sending.attempts, known.attempts)
        }
        let bytes = sending.noteBytes
        let place: UInt64
        let gone: [UInt64]
        if let number, sendings[number] != nil {
            (place, gone) = (number, sendings.replace(number, sending, bytes: bytes.count))
        } else {
            (place, gone) = sendings.add(sending, bytes: bytes.count)
        }
        notes.append(Note("\(notePrefix)sending/\(place)", bytes))
        notes += gone.map { Note("\(notePrefix)sending/\($0)", nil) }
        return place
    }

    /// The entries of messages that were to be tried again, the oldest first.
    var retrying: [(number: UInt64, sending: Sending)] {
        var found: [(number: UInt64, sending: Sending)] = []
        sendings.forEachNewestFirst { number, sending in
            if sending.result == .retrying { found.append((number, sending)) }
            return true
        }
        return found.reversed()
    }

    mutating func takeNotes() -> [Note] {
        defer { notes = [] }
        return notes
    }

    /// Takes up what was kept: notes below the prefix, their keys without it.
    ///
    /// - Returns: what could not be understood.
    mutating func restore(_ notes: [Note]) -> [String] {
        var faults: [String] = []
        for note in notes {
            let parts = note.key.split(separator: "/")
            guard parts.count == 2, let number = UInt64(parts[1]), let value = note.value else { continue }
            do throws(NoteReader.Malformed) {
                if parts[0] == "change" { changes.restore(number, try Change(noteBytes: value), bytes: value.count) }
                if parts[0] == "sending" { sendings.restore(number, try Sending(noteBytes: value), bytes: value.count) }
            } catch {
                faults.append("note \(notePrefix)\(note.key): \(error)")
            }
        }
        return faults
    }

    // MARK: Asking

    /// The newest entries that satisfy a condition, the newest first.
    ///
    /// - Complexity: O(entries).
    public func entries(limit: Int, where isWanted: (Entry) -> Bool) -> [Entry] {
        var found: [(Entry, UInt64)] = []
        changes.forEachNewestFirst { number, change in
            if isWanted(.change(change)) { found.append((.change(change), number)) }
            return found.count < limit
        }
        var others: [(Entry, UInt64)] = []
        sendings.forEachNewestFirst { number, sending in
            if isWanted(.sending(sending)) { others.append((.sending(sending), number)) }
            // The entry of a message that is tried again may be newer than those behind it.
            return true
        }
        let ordered = (found + others).sorted { a, b in
            if a.0.at != b.0.at { return a.0.at > b.0.at }
            if a.0.isChange != b.0.isChange { return !a.0.isChange }
            return a.1 > b.1
        }
        return ordered.prefix(limit).map(\.0)
    }
}

extension AlertHistory.Entry {
    fileprivate var isChange: Bool {
        if case .change = self { true } else { false }
    }
}
