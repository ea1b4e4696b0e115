import LapwingSeries
import Synchronization

/// The groupings that an engine was asked for last.
///
/// A rule, or a page that refreshes, groups the same series by the same labels again and again, and reading those labels
/// costs more than an instant's arithmetic. A grouping is kept with the labels that it is of, and comparing two lists of
/// labels that are one list costs nothing.
final class GroupingCache: Sendable {
    static let maximumGroupings = 4096
    /// Rows of all groupings together; their labels stay in memory as long as they are kept.
    static let maximumRows = 500_000

    /// What is compared before the rows are.
    private struct Key: Hashable {
        var names: LabelNames
        var isWithout: Bool
        var rowCount: Int
        var firstRow: Labels
    }

    private struct Entry {
        var rows: [Labels]
        var grouping: Grouping
        var lastUse: Int
    }

    private struct Entries {
        var known: [Key: Entry] = [:]
        var uses = 0
        var rowCount = 0

        mutating func grouping(of rows: [Labels], _ key: Key) -> Grouping? {
            guard let place = known.index(forKey: key), known.values[place].rows == rows else { return nil }
            uses += 1
            known.values[place].lastUse = uses
            return known.values[place].grouping
        }

        mutating func keep(_ grouping: Grouping, of rows: [Labels], _ key: Key) {
            uses += 1
            let old = known.updateValue(Entry(rows: rows, grouping: grouping, lastUse: uses), forKey: key)
            rowCount += rows.count - (old?.rows.count ?? 0)
            if known.count > GroupingCache.maximumGroupings || rowCount > GroupingCache.maximumRows { forgetHalf() }
        }

        /// Lets go of those that were not asked for lately: many at once, since finding them looks at all.
        private mutating func forgetHalf() {
            let oldest = known.values.map(\.lastUse).sorted()[known.count / 2]
            known = known.filter { $0.value.lastUse > oldest }
            rowCount = known.values.reduce(0) { $0 + $1.rows.count }
        }
    }

    private let entries = Mutex(Entries())

    var count: Int { entries.withLock { $0.known.count } }

    /// How rows group by some names.
    ///
    /// - Complexity: O(1) for the list of rows that was grouped before, else that of `Grouping`.
    func grouping(of rows: [Labels], by names: LabelNames, isWithout: Bool) -> Grouping {
        // Without names all rows are one group.
        guard let first = rows.first, isWithout || !names.isEmpty else { return Grouping(rows, names: names, isWithout: isWithout) }
        let key = Key(names: names, isWithout: isWithout, rowCount: rows.count, firstRow: first)
        if let known = entries.withLock({ $0.grouping(of: rows, key) }) { return known }
        let grouping = Grouping(rows, names: names, isWithout: isWithout)
        if rows.count > Self.maximumRows / 4 { return grouping }
        entries.withLock { $0.keep(grouping, of: rows, key) }
        return grouping
    }
}
