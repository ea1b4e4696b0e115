import LapwingSeries

/// `and`, `or` and `unless`: rows of one side kept by what the other side has with the same labels at the same step.
///
/// - Complexity: O(cells of both sides).
func combine(
    _ operation: BinaryOperator, _ left: StepMatrix, _ right: StepMatrix, _ matching: VectorMatching
) throws(QueryError) -> StepMatrix {
    let groups = JoinGroups(left, right, matching)
    // For `or` the left side rules out, for the others the right side decides.
    guard operation == .or else {
        let isTaken = presence(right, groups.ofOne, groupCount: groups.labels.count)
        return filtered(left, groups.ofMany, isTaken, keepsTaken: operation == .and)
    }
    let isTaken = presence(left, groups.ofMany, groupCount: groups.labels.count)
    let rest = filtered(right, groups.ofOne, isTaken, keepsTaken: false)
    if rest.rowCount == 0 { return left }
    var result = left
    for row in 0..<rest.rowCount { result.appendCopy(of: rest, row: row, labels: rest.labels[row], dropsName: rest.dropsName[row]) }
    if result.stepCount == 1 { return result }
    return try result.mergingSides()
}

/// Whether any row of a group has a value, by group and step.
private func presence(_ matrix: StepMatrix, _ groupOfRow: [Int], groupCount: Int) -> [Bool] {
    let steps = matrix.stepCount
    var isPresent = [Bool](repeating: false, count: groupCount * steps)
    for row in 0..<matrix.rowCount {
        let (base, first) = (groupOfRow[row] * steps, row * steps)
        for step in 0..<steps where matrix.values[first + step].bitPattern != StepMatrix.absentBits { isPresent[base + step] = true }
    }
    return isPresent
}

private func filtered(_ matrix: StepMatrix, _ groupOfRow: [Int], _ isTaken: [Bool], keepsTaken: Bool) -> StepMatrix {
    let steps = matrix.stepCount
    var result = matrix
    for row in 0..<matrix.rowCount {
        let (base, first) = (groupOfRow[row] * steps, row * steps)
        for step in 0..<steps where isTaken[base + step] != keepsTaken { result.values[first + step] = StepMatrix.absent }
    }
    if !result.histograms.isEmpty { result.histograms = result.histograms.filter { result.isPresent($0.key) } }
    return result.filteringRows { result.hasValues(row: $0) }
}

extension StepMatrix {
    /// Rows of the same labels as one; over a range their names are dropped as the earliest of them has it.
    fileprivate func mergingSides() throws(QueryError) -> StepMatrix {
        var first: [Labels: (row: Int, step: Int)] = [:]
        var isRepeated = false
        var adjusted = self
        for row in 0..<rowCount {
            let step = (0..<stepCount).first { isPresent(row * stepCount + $0) } ?? stepCount
            guard let known = first[labels[row]] else {
                first[labels[row]] = (row, step)
                continue
            }
            isRepeated = true
            if step < known.step {
                adjusted.dropsName[known.row] = dropsName[row]
                first[labels[row]] = (known.row, step)
            }
        }
        return isRepeated ? try adjusted.merged() : self
    }
}
