/// The groups' values of an aggregation, cell by cell, while rows come in: `sum`, `avg`, `count`, `min`, `max`, `group`.
///
/// A row is added to its group and forgotten, so an aggregation over millions of cells holds the groups alone. A fold has a
/// stretch of the groups; where two parts of the rows share some, the earlier fold takes them over.
struct GroupFold: Sendable {
    private let operation: AggregationOperator
    private let stepCount: Int
    /// Those that have cells here.
    private(set) var groups: Range<Int>
    /// Cells of groups that an earlier fold took over, in front of the others.
    private var takenCells = 0
    /// Sums or extremes, group by group; a sum begins at -0, which changes nothing that is added to it.
    private var values: [Double]
    /// What rounding lost of the sums; NaN from where a sum is infinite.
    private var lost: [Double]
    private var counts: [Int32]

    /// Whether the operation needs no more than one value at a time.
    static func folds(_ operation: AggregationOperator) -> Bool {
        switch operation {
        case .sum, .avg, .min, .max, .count, .group: true
        case .stddev, .stdvar, .topk, .bottomk, .quantile, .limitk, .countValues, .limitRatio: false
        }
    }

    /// What the cells of all groups take at most, in samples of eight bytes: a value, what was lost of it, a count.
    static func samples(ofCells count: Int) -> Int { count / 2 * 5 }

    /// - Parameter operation: one that `folds`.
    init(_ operation: AggregationOperator, groups: Range<Int>, stepCount: Int) {
        let cells = groups.count * stepCount
        let isSum = operation == .sum || operation == .avg
        let isExtreme = operation == .min || operation == .max
        values = isSum || isExtreme ? Array(repeating: isSum ? -0.0 : .nan, count: cells) : []
        lost = isSum ? Array(repeating: 0, count: cells) : []
        self.operation = operation
        self.stepCount = stepCount
        self.groups = groups
        counts = Array(repeating: 0, count: cells)
    }

    /// Adds a row of floats to one of the groups.
    /// - Complexity: O(steps).
    mutating func add(_ row: [Double], to group: Int) {
        let base = (group - groups.lowerBound) * stepCount
        switch operation {
        case .sum, .avg: addSums(row, &values, &lost, &counts, at: base)
        case .min, .max: addExtremes(row, &values, &counts, at: base, isMaximum: operation == .max)
        default: addCounts(row, &counts, at: base)
        }
    }

    /// Takes over the groups that the fold of the rows that follow has too.
    /// - Complexity: O(their cells).
    mutating func takeShared(from other: inout GroupFold) {
        let shared = groups.clamped(to: other.groups)
        let base = takenCells + (shared.lowerBound - groups.lowerBound) * stepCount
        let cells = shared.count * stepCount
        switch operation {
        case .sum, .avg:
            for cell in 0..<cells where other.counts[cell] > 0 {
                let (sum, rest) = exactSum(values[base + cell], other.values[cell])
                values[base + cell] = sum
                lost[base + cell] += rest + other.lost[cell]
            }
        case .min, .max:
            for cell in 0..<cells where other.counts[cell] > 0 {
                let (value, known) = (other.values[cell], values[base + cell])
                if known.isNaN || (operation == .max ? value > known : value < known) { values[base + cell] = value }
            }
        default: break
        }
        for cell in 0..<cells { counts[base + cell] &+= other.counts[cell] }
        other.groups = other.groups.lowerBound + shared.count..<other.groups.upperBound
        other.takenCells = cells
    }

    /// The cells of its groups, absent where no row had a value; nil when a mean's sum has overflowed, which only a
    /// running mean avoids. They stand where the sums stood: there may be many.
    mutating func finish() -> ArraySlice<Double>? {
        if values.isEmpty { values = Array(repeating: StepMatrix.absent, count: counts.count) }
        for cell in takenCells..<counts.count {
            let count = counts[cell]
            if count == 0 {
                values[cell] = StepMatrix.absent
                continue
            }
            switch operation {
            case .sum: if values[cell].isFinite { values[cell] += lost[cell] }
            case .avg:
                guard values[cell].isFinite else { return nil }
                values[cell] = values[cell] / Double(count) + lost[cell] / Double(count)
            case .count: values[cell] = Double(count)
            case .min, .max: break
            default: values[cell] = 1
            }
        }
        return values[takenCells...]
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
