import LapwingSeries

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
