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
    ///
    /// - Complexity: O(bytes of labels); labels are made once a group.
    init(_ rows: [Labels], names: LabelNames, isWithout: Bool) {
        if !isWithout, names.isEmpty {
            groupOfRow = Array(repeating: 0, count: rows.count)
            labels = rows.isEmpty ? [] : [.empty]
            return
        }
        let groups = LabelGroups(rows, by: isWithout ? LabelNames(names.names + [LabelName.metric]) : names, isDropping: isWithout)
        groupOfRow = groups.groupOfRow
        labels = groups.labels
    }

    /// All rows, group after group, those of each in their order.
    /// - Complexity: O(rows + groups).
    func ordered() -> [Int] {
        var places = [Int](repeating: 0, count: count + 1)
        for group in groupOfRow { places[group + 1] += 1 }
        for group in 0..<count { places[group + 1] += places[group] }
        var ordered = [Int](repeating: 0, count: groupOfRow.count)
        for (row, group) in groupOfRow.enumerated() {
            ordered[places[group]] = row
            places[group] += 1
        }
        return ordered
    }

    /// The rows of each group, in their order.
    var rows: [[Int]] {
        var rows = [[Int]](repeating: [], count: count)
        for (row, group) in groupOfRow.enumerated() { rows[group].append(row) }
        return rows
    }
}
