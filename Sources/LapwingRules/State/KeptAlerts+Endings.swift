import LapwingSeries

/// Series that no rule writes any more since a reload: their group marks them stale at its next evaluation, or who removes the group
/// does, and until then they are in the notes, so that a process which ends before leaves that to the next.
extension KeptAlerts {
    struct Endings: Sendable {
        /// Of the notes that tell of them.
        var numbers: [UInt64]
        var series: [Labels]
        /// The group's last evaluation before.
        var time: Timestamp
    }

    /// The note to take away when the series that it tells of are marked stale.
    public static func release(_ number: UInt64) -> Note { Note("\(notePrefix)\(number)/ends", nil) }

    /// The notes by which a group says what it is to mark stale, where that has changed.
    mutating func endingChanges(of key: GroupKey, to state: GroupState) -> [Note] {
        if state.abandoned.isEmpty { return (endings.removeValue(forKey: key)?.numbers ?? []).map(Self.release) }
        let known = endings[key]
        if known?.series == state.abandoned { return [] }
        return write(key, state.abandoned, at: max(state.latestEvaluation ?? .distantPast, known?.time ?? .distantPast), insteadOf: known?.numbers ?? [])
    }

    /// Leaves it to the caller to mark the series of a group stale.
    mutating func end(_ key: GroupKey, _ series: [Labels], at time: Timestamp) -> (notes: [Note], number: UInt64?) {
        let numbers = endings.removeValue(forKey: key)?.numbers ?? []
        if series.isEmpty { return (numbers.map(Self.release), nil) }
        let notes = write(key, series, at: time, insteadOf: numbers)
        return (notes, endings.removeValue(forKey: key)?.numbers.first)
    }

    private mutating func write(_ key: GroupKey, _ series: [Labels], at time: Timestamp, insteadOf old: [UInt64]) -> [Note] {
        var note = NoteWriter(version: Self.noteVersion)
        note.text(key.file)
        note.text(key.name)
        note.time(time)
        note.count(series.count)
        for labels in series { note.labels(labels) }
        let number = nextNumber
        nextNumber += 1
        endings[key] = Endings(numbers: [number], series: series, time: time)
        return old.map(Self.release) + [Note("\(Self.notePrefix)\(number)/ends", note.bytes)]
    }

    /// Takes up what a process before this one has left.
    mutating func restoreEnding(_ number: UInt64, _ bytes: [UInt8]) throws(NoteReader.Malformed) {
        var note = try NoteReader(bytes, version: Self.noteVersion)
        let key = GroupKey(file: try note.text(), name: try note.text())
        let time = try note.time()
        var series: [Labels] = []
        for _ in 0..<(try note.count()) { series.append(try note.labels()) }
        let known = endings[key]
        endings[key] = Endings(
            numbers: (known?.numbers ?? []) + [number], series: (known?.series ?? []) + series, time: max(known?.time ?? .distantPast, time))
    }
}
