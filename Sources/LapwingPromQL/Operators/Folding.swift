import LapwingSeries

/// `sum`: compensated, row by row into the group's row.
/// - Complexity: O(cells of the input).
func foldSums(_ input: StepMatrix, _ grouping: Grouping, _ result: inout StepMatrix) {
    let steps = input.stepCount
    var compensations = [Double](repeating: 0, count: result.values.count)
    for row in 0..<input.rowCount {
        let target = grouping.groupOfRow[row] * steps
        addRow(input.values, from: row * steps, count: steps, to: &result.values, &compensations, at: target)
    }
    for cell in result.values.indices where result.isPresent(cell) && !result.values[cell].isInfinite {
        result.values[cell] += compensations[cell]
    }
}

private func addRow(
    _ input: [Double], from source: Int, count: Int, to sums: inout [Double], _ compensations: inout [Double], at target: Int
) {
    for step in 0..<count {
        let value = input[source + step]
        if value.bitPattern == StepMatrix.absentBits { continue }
        let cell = target + step
        if sums[cell].bitPattern == StepMatrix.absentBits {
            sums[cell] = value
            continue
        }
        var sum = CompensatedSum(sums[cell], compensation: compensations[cell])
        sum.add(value)
        sums[cell] = sum.sum
        compensations[cell] = sum.compensation
    }
}

func foldCounts(_ input: StepMatrix, _ grouping: Grouping, _ result: inout StepMatrix) {
    let steps = input.stepCount
    var counts = [Int](repeating: 0, count: result.values.count)
    for row in 0..<input.rowCount {
        let target = grouping.groupOfRow[row] * steps
        for step in 0..<steps where input.values[row * steps + step].bitPattern != StepMatrix.absentBits { counts[target + step] += 1 }
    }
    for cell in counts.indices where counts[cell] > 0 { result.values[cell] = Double(counts[cell]) }
}

func foldExtremes(_ input: StepMatrix, _ grouping: Grouping, isMaximum: Bool, _ result: inout StepMatrix) {
    let steps = input.stepCount
    for row in 0..<input.rowCount {
        let target = grouping.groupOfRow[row] * steps
        for step in 0..<steps {
            let value = input.values[row * steps + step]
            if value.bitPattern == StepMatrix.absentBits { continue }
            let known = result.values[target + step]
            // An absent cell and a NaN are both NaN: anything takes their place.
            if known.isNaN || (isMaximum ? value > known : value < known) { result.values[target + step] = value }
        }
    }
}

/// `avg`, `group`, `stddev` and `stdvar`: step by step over the rows of one group.
func foldByStep(_ operation: AggregationOperator, _ input: StepMatrix, _ rows: [Int], into result: inout [Double], base: Int) {
    for step in 0..<input.stepCount {
        var fold: StepFold?
        for row in rows {
            let value = input.values[row * input.stepCount + step]
            if value.bitPattern == StepMatrix.absentBits { continue }
            if fold == nil { fold = StepFold(operation, first: value) } else { fold?.add(value) }
        }
        if let fold { result[base + step] = fold.value }
    }
}

/// One group's value at one step, as its elements come.
struct StepFold {
    private let operation: AggregationOperator
    private var mean: RunningMean
    private var count = 1.0
    private var center: Double
    private var squares: Double

    init(_ operation: AggregationOperator, first: Double) {
        self.operation = operation
        mean = RunningMean(first: first)
        center = first
        squares = first.isFinite ? 0 : .nan
    }

    mutating func add(_ value: Double) {
        switch operation {
        case .avg: mean.add(value)
        case .stddev, .stdvar:
            count += 1
            let difference = value - center
            center += difference / count
            squares += difference * (value - center)
        default: break
        }
    }

    var value: Double {
        switch operation {
        case .avg: mean.value
        case .stddev: (squares / count).squareRoot()
        case .stdvar: squares / count
        default: 1
        }
    }
}

/// Which series `limit_ratio` takes: those whose hash, as a fraction of all hashes, lies below the ratio; a negative
/// ratio takes the others.
enum RatioSampler {
    static func takes(_ labels: Labels, ratio: Double) -> Bool {
        let offset = Double(labels.stableHash) / 18_446_744_073_709_551_616
        return (ratio >= 0 && offset < ratio) || (ratio < 0 && offset >= 1 + ratio)
    }
}
