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
