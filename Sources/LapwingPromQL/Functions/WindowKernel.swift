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

    /// Computes every step of a series of floats into `row[base...]`; a step without a result is left absent.
    ///
    /// - Parameter parameters: the function's scalars, one array each with a number for each step.
    /// - Complexity: O(samples + steps) for the functions that slide; O(samples of the windows) for the others.
    func fill(
        _ row: inout [Double], from base: Int, _ columns: SampleColumns, _ frame: WindowFrame, _ parameters: [[Double]]
    ) {
        let values = columns.values
        let times = columns.times
        switch self {
        case .rate: fillRates(&row, base, columns, frame, isCounter: true, isRate: true)
        case .increase: fillRates(&row, base, columns, frame, isCounter: true, isRate: false)
        case .delta: fillRates(&row, base, columns, frame, isCounter: false, isRate: false)
        case .irate: eachWindow(times, frame, &row, base) { _, low, high in instantChange(columns, low, high, isRate: true) }
        case .idelta: eachWindow(times, frame, &row, base) { _, low, high in instantChange(columns, low, high, isRate: false) }
        case .changes: eachWindow(times, frame, &row, base) { _, low, high in changeCount(values, low, high) }
        case .resets: eachWindow(times, frame, &row, base) { _, low, high in resetCount(values, low, high) }
        case .deriv:
            eachWindow(times, frame, &row, base) { _, low, high in
                high - low < 2 ? StepMatrix.absent : linearRegression(columns, low, high, origin: times[low]).slope
            }
        case .predictLinear:
            eachWindow(times, frame, &row, base) { step, low, high in
                if high - low < 2 { return StepMatrix.absent }
                let line = linearRegression(columns, low, high, origin: frame.grid.time(step))
                return line.slope * parameters[0][step] + line.intercept
            }
        case .average: eachWindow(times, frame, &row, base) { _, low, high in LapwingPromQL.average(of: values, low, high) }
        case .sum: eachWindow(times, frame, &row, base) { _, low, high in LapwingPromQL.sum(of: values, low, high) }
        case .minimum: fillExtremes(&row, base, columns, frame, isMaximum: false)
        case .maximum: fillExtremes(&row, base, columns, frame, isMaximum: true)
        case .count: eachWindow(times, frame, &row, base) { _, low, high in Double(high - low) }
        case .last: eachWindow(times, frame, &row, base) { _, _, high in values[high - 1] }
        case .first: eachWindow(times, frame, &row, base) { _, low, _ in values[low] }
        case .present: eachWindow(times, frame, &row, base) { _, _, _ in 1 }
        case .quantile:
            eachWindow(times, frame, &row, base) { step, low, high in LapwingPromQL.quantile(parameters[0][step], Array(values[low..<high])) }
        case .standardDeviation: eachWindow(times, frame, &row, base) { _, low, high in variance(of: values, low, high).squareRoot() }
        case .standardVariance: eachWindow(times, frame, &row, base) { _, low, high in variance(of: values, low, high) }
        case .medianAbsoluteDeviation:
            eachWindow(times, frame, &row, base) { _, low, high in LapwingPromQL.medianAbsoluteDeviation(values[low..<high]) }
        case .smoothing:
            eachWindow(times, frame, &row, base) { step, low, high in
                doubleExponentialSmoothing(values, low, high, smoothing: parameters[0][step], trend: parameters[1][step])
            }
        case .timeOfFirst: eachWindow(times, frame, &row, base) { _, low, _ in Double(times[low]) / 1000 }
        case .timeOfLast: eachWindow(times, frame, &row, base) { _, _, high in Double(times[high - 1]) / 1000 }
        case .timeOfMaximum:
            eachWindow(times, frame, &row, base) { _, low, high in timeOfExtreme(columns, low, high) { $0 >= $1 } }
        case .timeOfMinimum:
            eachWindow(times, frame, &row, base) { _, low, high in timeOfExtreme(columns, low, high) { $0 <= $1 } }
        }
    }
}

/// Calls `body` with the bounds of every step's window that has samples, found by two indices that only move forward.
@inline(__always)
func eachWindow(
    _ times: [Int64], _ frame: WindowFrame, _ row: inout [Double], _ base: Int, _ body: (_ step: Int, _ low: Int, _ high: Int) -> Double
) {
    var low = 0
    var high = 0
    for step in 0..<frame.grid.count {
        let end = frame.end(of: step)
        let start = frame.start(of: step)
        while high < times.count, times[high] <= end { high += 1 }
        while low < high, times[low] <= start { low += 1 }
        if low < high { row[base + step] = body(step, low, high) }
    }
}
