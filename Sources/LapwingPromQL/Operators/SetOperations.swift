import LapwingSeries

/// `and`, `or` and `unless`: rows of one side kept by what the other side has with the same labels at the same step.
///
/// - Complexity: O(cells of both sides).
func combine(_ operation: BinaryOperator, _ left: StepMatrix, _ right: StepMatrix, _ matching: VectorMatching) -> StepMatrix {
    let ignored = LabelNames(matching.labels.names + [LabelName.metric])
    let groups = Grouping(left.labels + right.labels) { labels in
        matching.isOn ? labels.keeping(matching.labels) : labels.dropping(ignored)
    }
    let steps = left.stepCount
    // For `or` the left side rules out, for the others the right side decides.
    let (kept, deciding) = operation == .or ? (right, left) : (left, right)
    let keptOffset = operation == .or ? left.rowCount : 0
    let decidingOffset = operation == .or ? 0 : left.rowCount
    var isTaken = [Bool](repeating: false, count: groups.count * steps)
    for row in 0..<deciding.rowCount {
        let base = groups.groupOfRow[decidingOffset + row] * steps
        for (step, cell) in deciding.cells(of: row).enumerated() where deciding.isPresent(cell) { isTaken[base + step] = true }
    }
    var filtered = kept
    for row in 0..<kept.rowCount {
        let base = groups.groupOfRow[keptOffset + row] * steps
        for (step, cell) in kept.cells(of: row).enumerated() where isTaken[base + step] != (operation == .and) {
            filtered.values[cell] = StepMatrix.absent
            filtered.histograms[cell] = nil
        }
    }
    let rest = filtered.filteringRows { filtered.hasValues(row: $0) }
    guard operation == .or else { return rest }
    var result = left
    for row in 0..<rest.rowCount { result.appendCopy(of: rest, row: row, labels: rest.labels[row], dropsName: rest.dropsName[row]) }
    return result
}
