import LapwingSeries

/// Which group each row of a matrix belongs to, settled once for all steps.
struct Grouping {
    /// By row.
    let groupOfRow: [Int]
    /// By group.
    let labels: [Labels]

    var count: Int { labels.count }

    /// Groups rows by the labels that `key` leaves of them, numbered in the order of their first rows.
    init(_ rows: [Labels], by key: (Labels) -> Labels) {
        var groups: [Labels: Int] = [:]
        var labels: [Labels] = []
        var groupOfRow: [Int] = []
        groupOfRow.reserveCapacity(rows.count)
        for row in rows {
            let name = key(row)
            if let group = groups[name] {
                groupOfRow.append(group)
            } else {
                groups[name] = labels.count
                groupOfRow.append(labels.count)
                labels.append(name)
            }
        }
        self.groupOfRow = groupOfRow
        self.labels = labels
    }

    /// As `by (…)` and `without (…)` group; `without` drops the metric's name as well.
    init(_ matrix: StepMatrix, names: LabelNames, isWithout: Bool) {
        if isWithout {
            let dropped = LabelNames(names.names + [LabelName.metric])
            self.init(matrix.labels) { $0.dropping(dropped) }
        } else if names.isEmpty {
            self.init(matrix.labels) { _ in .empty }
        } else {
            self.init(matrix.labels) { $0.keeping(names) }
        }
    }

    /// The rows of each group, in their order.
    var rows: [[Int]] {
        var rows = [[Int]](repeating: [], count: count)
        for (row, group) in groupOfRow.enumerated() { rows[group].append(row) }
        return rows
    }
}
