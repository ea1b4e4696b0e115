/// The groups' values of an aggregation, cell by cell, while rows come in: `sum`, `avg`, `count`, `min`, `max`, `group`.
///
/// A row is added to its group and forgotten, so an aggregation over millions of cells holds the groups alone. Folds of
/// parts of the rows are merged in order.
struct GroupFold: Sendable {
    private let operation: AggregationOperator
    private let stepCount: Int
    /// Sums or extremes, group by group; a sum begins at -0, which changes nothing that is added to it.
    private var values: [Double]
    /// What rounding lost of the sums; NaN from where a sum is infinite.
    private var lost: [Double]
    private var counts: [Int32]

    /// - Returns: nil when the operation needs more than one value at a time.
    init?(_ operation: AggregationOperator, groupCount: Int, stepCount: Int) {
        let cells = groupCount * stepCount
        switch operation {
        case .sum, .avg:
            values = Array(repeating: -0.0, count: cells)
            lost = Array(repeating: 0, count: cells)
        case .min, .max:
            values = Array(repeating: .nan, count: cells)
            lost = []
        case .count, .group:
            values = []
            lost = []
        case .stddev, .stdvar, .topk, .bottomk, .quantile, .limitk, .countValues, .limitRatio: return nil
        }
        self.operation = operation
        self.stepCount = stepCount
        counts = Array(repeating: 0, count: cells)
    }

    /// Adds a row of floats to a group.
    /// - Complexity: O(steps).
    mutating func add(_ row: [Double], to group: Int) {
        let base = group * stepCount
        switch operation {
        case .sum, .avg: addSums(row, &values, &lost, &counts, at: base)
        case .min, .max: addExtremes(row, &values, &counts, at: base, isMaximum: operation == .max)
        default: addCounts(row, &counts, at: base)
        }
    }

    /// Adds the fold of the rows that follow.
    mutating func add(_ other: GroupFold) {
        switch operation {
        case .sum, .avg:
            for cell in values.indices where other.counts[cell] > 0 {
                let (sum, rest) = exactSum(values[cell], other.values[cell])
                values[cell] = sum
                lost[cell] += rest + other.lost[cell]
            }
        case .min, .max:
            for cell in values.indices where other.counts[cell] > 0 {
                let value = other.values[cell]
                if values[cell].isNaN || (operation == .max ? value > values[cell] : value < values[cell]) { values[cell] = value }
            }
        default: break
        }
        for cell in counts.indices { counts[cell] &+= other.counts[cell] }
    }

    /// The cells of all groups, absent where no row had a value; nil when a mean's sum has overflowed, which only a
    /// running mean avoids.
    func result() -> [Double]? {
        var result = [Double](repeating: StepMatrix.absent, count: counts.count)
        for cell in counts.indices where counts[cell] > 0 {
            switch operation {
            case .sum: result[cell] = values[cell].isFinite ? values[cell] + lost[cell] : values[cell]
            case .avg:
                guard values[cell].isFinite else { return nil }
                let count = Double(counts[cell])
                result[cell] = values[cell] / count + lost[cell] / count
            case .count: result[cell] = Double(counts[cell])
            case .min, .max: result[cell] = values[cell]
            default: result[cell] = 1
            }
        }
        return result
    }
}

/// A sum of two and what rounding lost of it, exactly (Knuth).
@inline(__always)
private func exactSum(_ a: Double, _ b: Double) -> (Double, Double) {
    let sum = a + b
    let part = sum - a
    return (sum, (a - (sum - part)) + (b - part))
}

/// Without branches, so that the processor takes several cells at once.
private func addSums(_ row: [Double], _ sums: inout [Double], _ lost: inout [Double], _ counts: inout [Int32], at base: Int) {
    let cells = row.span
    var sums = sums.mutableSpan
    var lost = lost.mutableSpan
    var counts = counts.mutableSpan
    for step in 0..<cells.count {
        let value = cells[step]
        let isAbsent = value.bitPattern == StepMatrix.absentBits
        let (sum, rest) = exactSum(sums[base &+ step], isAbsent ? -0.0 : value)
        sums[base &+ step] = sum
        lost[base &+ step] += rest
        counts[base &+ step] &+= isAbsent ? 0 : 1
    }
}

private func addExtremes(_ row: [Double], _ extremes: inout [Double], _ counts: inout [Int32], at base: Int, isMaximum: Bool) {
    for step in 0..<row.count {
        let value = row[step]
        if value.bitPattern == StepMatrix.absentBits { continue }
        counts[base + step] &+= 1
        let known = extremes[base + step]
        if known.isNaN || (isMaximum ? value > known : value < known) { extremes[base + step] = value }
    }
}

private func addCounts(_ row: [Double], _ counts: inout [Int32], at base: Int) {
    for step in 0..<row.count where row[step].bitPattern != StepMatrix.absentBits { counts[base + step] &+= 1 }
}
