import LapwingSeries

/// A sum and what rounding has lost of it (Kahan's summation as Neumaier improved it, ZAMM 54, 1974).
struct CompensatedSum {
    var sum: Double
    var compensation: Double

    init(_ sum: Double = 0, compensation: Double = 0) {
        self.sum = sum
        self.compensation = compensation
    }

    @inline(__always)
    mutating func add(_ value: Double) {
        let total = sum + value
        if total.isInfinite {
            compensation = 0
        } else if sum.magnitude >= value.magnitude {
            compensation += (sum - total) + value
        } else {
            compensation += (value - total) + sum
        }
        sum = total
    }

    /// The sum with what was lost; an infinite sum has lost nothing.
    var total: Double { sum.isInfinite ? sum : sum + compensation }
}

func sum(of values: [Double], _ low: Int, _ high: Int) -> Double {
    var sum = CompensatedSum()
    for index in low..<high { sum.add(values[index]) }
    return sum.total
}

/// `sum_over_time`.
/// - Complexity: O(samples + steps) where running sums are exact, else O(samples of the windows).
func fillSums(_ row: inout [Double], _ scratch: inout WindowScratch) {
    let values = scratch.columns.values
    guard scratch.sums.update(values, scratch.bounds) else {
        return eachWindow(scratch.bounds, &row) { _, low, high in sum(of: values, low, high) }
    }
    let sums = scratch.sums
    eachWindow(scratch.bounds, &row) { _, low, high in sums.sum(low, high) }
}

/// `avg_over_time`.
/// - Complexity: as `fillSums`.
func fillAverages(_ row: inout [Double], _ scratch: inout WindowScratch) {
    let values = scratch.columns.values
    guard scratch.sums.update(values, scratch.bounds) else {
        return eachWindow(scratch.bounds, &row) { _, low, high in average(of: values, low, high) }
    }
    let sums = scratch.sums
    eachWindow(scratch.bounds, &row) { _, low, high in sums.sum(low, high) / Double(high - low) }
}

/// The mean by dividing the sum, or incrementally once the sum would overflow, as upstream has it.
func average(of values: [Double], _ low: Int, _ high: Int) -> Double {
    var mean = RunningMean(first: values[low])
    for index in (low + 1)..<max(high, low + 1) { mean.add(values[index]) }
    return mean.value
}

/// The mean of values that come one by one.
struct RunningMean {
    private(set) var count = 1.0
    private var sum: CompensatedSum
    private var mean = CompensatedSum()
    private var isIncremental = false

    init(first: Double) { sum = CompensatedSum(first) }

    mutating func add(_ value: Double) {
        count += 1
        if !isIncremental {
            var next = sum
            next.add(value)
            if !next.sum.isInfinite {
                sum = next
                return
            }
            isIncremental = true
            mean = CompensatedSum(sum.sum / (count - 1), compensation: sum.compensation / (count - 1))
        }
        let share = (count - 1) / count
        mean = CompensatedSum(share * mean.sum, compensation: share * mean.compensation)
        mean.add(value / count)
    }

    var value: Double {
        isIncremental ? mean.sum + mean.compensation : sum.sum / count + sum.compensation / count
    }
}

/// The population variance (Welford's method with compensated sums).
func variance(of values: [Double], _ low: Int, _ high: Int) -> Double {
    var count = 0.0
    var mean = CompensatedSum()
    var squares = CompensatedSum()
    for index in low..<high {
        count += 1
        let difference = values[index] - (mean.sum + mean.compensation)
        mean.add(difference / count)
        squares.add(difference * (values[index] - (mean.sum + mean.compensation)))
    }
    return (squares.sum + squares.compensation) / count
}
