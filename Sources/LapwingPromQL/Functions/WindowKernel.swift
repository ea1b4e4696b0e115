import LapwingSeries

/// What a range function computes of one window of one series.
enum WindowKernel: String, Sendable, CaseIterable {
    case rate, increase, delta, irate, idelta, changes, resets, deriv
    case predictLinear = "predict_linear"
    case average = "avg_over_time"
    case sum = "sum_over_time"
    case minimum = "min_over_time"
    case maximum = "max_over_time"
    case count = "count_over_time"
    case last = "last_over_time"
    case first = "first_over_time"
    case present = "present_over_time"
    case quantile = "quantile_over_time"
    case standardDeviation = "stddev_over_time"
    case standardVariance = "stdvar_over_time"
    case medianAbsoluteDeviation = "mad_over_time"
    case smoothing = "double_exponential_smoothing"
    case timeOfFirst = "ts_of_first_over_time"
    case timeOfLast = "ts_of_last_over_time"
    case timeOfMaximum = "ts_of_max_over_time"
    case timeOfMinimum = "ts_of_min_over_time"

    /// Whether the result is still a sample of the metric.
    var keepsName: Bool { self == .last || self == .first }

    /// Computes every step of a series of floats; a step without a result is left absent.
    ///
    /// - Parameters:
    ///   - scratch: the samples, without stale markers, and the bounds of their windows.
    ///   - parameters: the function's scalars, one array each with a number for each step.
    /// - Complexity: O(samples + steps) for the functions that slide; O(samples of the windows) for the others.
    func fill(_ row: inout [Double], _ scratch: inout WindowScratch, _ parameters: [[Double]]) {
        let values = scratch.columns.values
        let times = scratch.columns.times
        let bounds = scratch.bounds
        switch self {
        case .rate: fillRates(&row, &scratch, .rate)
        case .increase: fillRates(&row, &scratch, .increase)
        case .delta: fillRates(&row, &scratch, .delta)
        case .changes: fillChanges(&row, &scratch)
        case .resets: fillResets(&row, &scratch)
        case .average: fillAverages(&row, &scratch)
        case .sum: fillSums(&row, &scratch)
        case .minimum: fillExtremes(&row, &scratch, isMaximum: false)
        case .maximum: fillExtremes(&row, &scratch, isMaximum: true)
        case .quantile: fillQuantiles(&row, &scratch, parameters[0])
        case .irate: eachWindow(bounds, &row) { [columns = scratch.columns] _, low, high in instantChange(columns, low, high, isRate: true) }
        case .idelta: eachWindow(bounds, &row) { [columns = scratch.columns] _, low, high in instantChange(columns, low, high, isRate: false) }
        case .deriv:
            eachWindow(bounds, &row) { [columns = scratch.columns] _, low, high in
                high - low < 2 ? StepMatrix.absent : linearRegression(columns, low, high, origin: times[low]).slope
            }
        case .predictLinear:
            eachWindow(bounds, &row) { [columns = scratch.columns] step, low, high in
                if high - low < 2 { return StepMatrix.absent }
                let line = linearRegression(columns, low, high, origin: bounds.frame.grid.time(step))
                return line.slope * parameters[0][step] + line.intercept
            }
        case .count: eachWindow(bounds, &row) { _, low, high in Double(high - low) }
        case .last: eachWindow(bounds, &row) { _, _, high in values[high - 1] }
        case .first: eachWindow(bounds, &row) { _, low, _ in values[low] }
        case .present: eachWindow(bounds, &row) { _, _, _ in 1 }
        case .standardDeviation: eachWindow(bounds, &row) { _, low, high in variance(of: values, low, high).squareRoot() }
        case .standardVariance: eachWindow(bounds, &row) { _, low, high in variance(of: values, low, high) }
        case .medianAbsoluteDeviation:
            eachWindow(bounds, &row) { _, low, high in LapwingPromQL.medianAbsoluteDeviation(values[low..<high]) }
        case .smoothing:
            eachWindow(bounds, &row) { step, low, high in
                doubleExponentialSmoothing(values, low, high, smoothing: parameters[0][step], trend: parameters[1][step])
            }
        case .timeOfFirst: eachWindow(bounds, &row) { _, low, _ in Double(times[low]) / 1000 }
        case .timeOfLast: eachWindow(bounds, &row) { _, _, high in Double(times[high - 1]) / 1000 }
        case .timeOfMaximum:
            eachWindow(bounds, &row) { [columns = scratch.columns] _, low, high in timeOfExtreme(columns, low, high) { $0 >= $1 } }
        case .timeOfMinimum:
            eachWindow(bounds, &row) { [columns = scratch.columns] _, low, high in timeOfExtreme(columns, low, high) { $0 <= $1 } }
        }
    }
}

/// Calls `body` with the bounds of every step's window that has samples; the other steps are absent.
@inline(__always)
func eachWindow(_ bounds: WindowBounds, _ row: inout [Double], _ body: (_ step: Int, _ low: Int, _ high: Int) -> Double) {
    let (lows, highs) = (bounds.low, bounds.high)
    for step in 0..<row.count {
        let (low, high) = (Int(lows[step]), Int(highs[step]))
        row[step] = low < high ? body(step, low, high) : StepMatrix.absent
    }
}
