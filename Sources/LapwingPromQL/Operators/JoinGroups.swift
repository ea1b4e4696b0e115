import LapwingSeries

/// Which rows of two matrices can meet, settled once for all steps by the labels that they have to share.
struct JoinGroups {
    /// What the rows of each group share.
    let labels: [Labels]
    /// The group of each row of the side that may have many rows in one.
    let ofMany: [Int]
    let ofOne: [Int]
    private let manyRows: RowsByGroup
    private let oneRows: RowsByGroup

    init(_ many: StepMatrix, _ one: StepMatrix, _ matching: VectorMatching) {
        let names = matching.isOn ? matching.labels : LabelNames(matching.labels.names + [LabelName.metric])
        let grouping = LabelGroups(many.labels + one.labels, by: names, isDropping: !matching.isOn)
        labels = grouping.labels
        ofMany = Array(grouping.groupOfRow[..<many.rowCount])
        ofOne = Array(grouping.groupOfRow[many.rowCount...])
        manyRows = RowsByGroup(ofMany, count: labels.count)
        oneRows = RowsByGroup(ofOne, count: labels.count)
    }

    func manyRows(of group: Int) -> ArraySlice<Int> { manyRows.rows(of: group) }

    func oneRows(of group: Int) -> ArraySlice<Int> { oneRows.rows(of: group) }

    /// Rows in the order of their groups, and where each group begins.
    private struct RowsByGroup {
        private var starts: [Int]
        private var rows: [Int]

        init(_ groupOfRow: [Int], count: Int) {
            starts = [Int](repeating: 0, count: count + 1)
            rows = [Int](repeating: 0, count: groupOfRow.count)
            for group in groupOfRow { starts[group + 1] += 1 }
            for group in 0..<count { starts[group + 1] += starts[group] }
            var next = starts
            for (row, group) in groupOfRow.enumerated() {
                rows[next[group]] = row
                next[group] += 1
            }
        }

        func rows(of group: Int) -> ArraySlice<Int> { rows[starts[group]..<starts[group + 1]] }
    }
}
