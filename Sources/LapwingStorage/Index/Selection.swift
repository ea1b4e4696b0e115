import LapwingSeries

/// The series that satisfy a list of matchers, in label order, kept from one query to the next.
struct Selection: Sendable {
    /// Beside each other, index by index.
    private(set) var labels: [Labels] = []
    private(set) var series: [SeriesPlace] = []
    /// Series with this ordinal or a later one have not been looked at.
    private(set) var nextOrdinal: UInt32

    init(_ matchers: [Matcher], in index: borrowing LabelIndex) {
        nextOrdinal = index.nextOrdinal
        take(Self.rows(index.ordinals(matching: matchers), in: index))
    }

    private typealias Row = (labels: Labels, series: SeriesPlace)

    /// The series of some ordinals in the order of their labels.
    private static func rows(_ ordinals: [UInt32], in index: borrowing LabelIndex) -> [Row] {
        var rows: [Row] = []
        rows.reserveCapacity(ordinals.count)
        for ordinal in ordinals {
            if let labels = index.table.labels(ordinal), let place = index.table.place(ordinal) { rows.append((labels, place)) }
        }
        return rows.sorted { $0.labels < $1.labels }
    }

    private mutating func take(_ rows: [Row]) {
        labels = rows.map(\.labels)
        series = rows.map(\.series)
    }

    /// Adds the series that were made since.
    mutating func bringUpToDate(_ matchers: [Matcher], in index: borrowing LabelIndex) {
        merge(Self.rows(index.ordinals(matching: matchers, from: nextOrdinal), in: index))
        nextOrdinal = index.nextOrdinal
    }

    /// Drops the series that the index no longer has.
    mutating func forgetRemoved(in index: borrowing LabelIndex) {
        let table = index.table
        if series.allSatisfy({ table.contains($0.ordinal) }) { return }
        take(zip(labels, series).filter { table.contains($0.1.ordinal) })
    }

    private mutating func merge(_ added: [Row]) {
        if added.isEmpty { return }
        var merged: [Row] = []
        merged.reserveCapacity(series.count + added.count)
        var index = 0
        for row in added {
            while index < series.count, labels[index] < row.labels {
                merged.append((labels[index], series[index]))
                index += 1
            }
            merged.append(row)
        }
        for place in index..<series.count { merged.append((labels[place], series[place])) }
        take(merged)
    }
}

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
