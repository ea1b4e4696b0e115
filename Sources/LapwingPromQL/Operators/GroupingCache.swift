import LapwingSeries
import Synchronization

/// The groupings that an engine was asked for last.
///
/// A rule, or a page that refreshes, groups the same series by the same labels again and again, and reading those labels
/// costs more than an instant's arithmetic. A grouping is kept with the labels that it is of, and comparing two lists of
/// labels that are one list costs nothing.
final class GroupingCache: Sendable {
    static let maximumGroupings = 32
    /// Rows of all groupings together; their labels stay in memory as long as they are kept.
    static let maximumRows = 500_000

    private struct Entry {
        var rows: [Labels]
        var names: LabelNames
        var isWithout: Bool
        var grouping: Grouping
    }

    /// The last used stands last.
    private let entries = Mutex<[Entry]>([])

    /// How rows group by some names.
    ///
    /// - Complexity: O(1) for the list of rows that was grouped before, else that of `Grouping`.
    func grouping(of rows: [Labels], by names: LabelNames, isWithout: Bool) -> Grouping {
        // Without names all rows are one group.
        if names.isEmpty && !isWithout { return Grouping(rows, names: names, isWithout: isWithout) }
        let known = entries.withLock { entries -> Grouping? in
            let place = entries.lastIndex { $0.isWithout == isWithout && $0.rows.count == rows.count && $0.names == names && $0.rows == rows }
            guard let place else { return nil }
            let entry = entries.remove(at: place)
            entries.append(entry)
            return entry.grouping
        }
        if let known { return known }
        let grouping = Grouping(rows, names: names, isWithout: isWithout)
        if rows.count > Self.maximumRows / 4 { return grouping }
        entries.withLock { entries in
            entries.append(Entry(rows: rows, names: names, isWithout: isWithout, grouping: grouping))
            while entries.count > Self.maximumGroupings || entries.reduce(0, { $0 + $1.rows.count }) > Self.maximumRows {
                entries.removeFirst()
            }
        }
        return grouping
    }
}
