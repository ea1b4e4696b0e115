import LapwingSeries

/// The series that satisfy a list of matchers, in label order, kept from one query to the next.
struct Selection: Sendable {
    /// How many new series are looked at one by one before the whole is found anew.
    static let newSeriesMaximum: UInt32 = 100_000

    /// Beside each other, index by index.
    private(set) var labels: [Labels]
    private(set) var series: [StoredSeries]
    /// Series with this ordinal or a later one have not been looked at.
    private(set) var nextOrdinal: UInt32

    init(_ matchers: [Matcher], in index: borrowing LabelIndex) {
        series = index.series(index.ordinals(matching: matchers)[...]).sorted { $0.labels < $1.labels }
        labels = series.map(\.labels)
        nextOrdinal = index.nextOrdinal
    }

    /// Adds the series that were made since.
    mutating func bringUpToDate(_ matchers: [Matcher], in index: borrowing LabelIndex) {
        if index.nextOrdinal - nextOrdinal > Self.newSeriesMaximum {
            self = Selection(matchers, in: index)
            return
        }
        let added = index.series(index.ordinals(from: nextOrdinal))
        let matching = added.filter { series in matchers.allSatisfy { $0.matches(series.labels) } }
        if !matching.isEmpty {
            series = Self.merged(series, matching.sorted { $0.labels < $1.labels })
            labels = series.map(\.labels)
        }
        nextOrdinal = index.nextOrdinal
    }

    /// Drops the series that the index no longer has.
    mutating func forgetRemoved(in index: borrowing LabelIndex) {
        let table = index.table
        if series.allSatisfy({ table[$0.ordinal] != nil }) { return }
        series.removeAll { table[$0.ordinal] == nil }
        labels = series.map(\.labels)
    }

    private static func merged(_ a: [StoredSeries], _ b: [StoredSeries]) -> [StoredSeries] {
        var result: [StoredSeries] = []
        result.reserveCapacity(a.count + b.count)
        var index = 0
        for series in b {
            while index < a.count, a[index].labels < series.labels {
                result.append(a[index])
                index += 1
            }
            result.append(series)
        }
        result.append(contentsOf: a[index...])
        return result
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
        while entries.count > limits.maximumResolvedSelections || seriesHeld > limits.maximumResolvedSeries {
            guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { return }
            remove(oldest)
        }
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
