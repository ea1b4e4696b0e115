import LapwingSeries

/// The selections that were asked for last.
struct SelectionCache: Sendable {
    private struct Entry: Sendable {
        var selection: Selection
        var lastUse: Int
    }

    private var entries: [[Matcher]: Entry] = [:]
    private var uses = 0
    private var seriesHeld = 0
    private let limits: StoreLimits

    init(limits: StoreLimits) { self.limits = limits }

    mutating func selection(for matchers: [Matcher]) -> Selection? {
        uses += 1
        guard let position = entries.index(forKey: matchers) else { return nil }
        entries.values[position].lastUse = uses
        return entries.values[position].selection
    }

    mutating func keep(_ selection: Selection, for matchers: [Matcher]) {
        remove(matchers)
        guard selection.series.count <= limits.maximumResolvedSeries / 4 else { return }
        entries[matchers] = Entry(selection: selection, lastUse: uses)
        seriesHeld += selection.series.count
        while entries.count > limits.maximumResolvedSelections || seriesHeld > limits.maximumResolvedSeries { forgetHalf() }
    }

    /// Lets go of those that were not asked for lately: many at once, since finding them looks at all.
    private mutating func forgetHalf() {
        let oldest = entries.values.map(\.lastUse).sorted()[entries.count / 2]
        entries = entries.filter { $0.value.lastUse > oldest }
        seriesHeld = entries.values.reduce(0) { $0 + $1.selection.series.count }
    }

    /// Lets go of series that the index no longer has.
    mutating func forgetRemoved(in index: borrowing LabelIndex) {
        for position in entries.values.indices { entries.values[position].selection.forgetRemoved(in: index) }
        seriesHeld = entries.values.reduce(0) { $0 + $1.selection.series.count }
    }

    private mutating func remove(_ matchers: [Matcher]) {
        if let entry = entries.removeValue(forKey: matchers) { seriesHeld -= entry.selection.series.count }
    }
}
