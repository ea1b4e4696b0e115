import LapwingSeries
import LapwingText

/// When the extreme of a window was last reached, in seconds.
func timeOfExtreme(_ columns: SampleColumns, _ low: Int, _ high: Int, _ beats: (Double, Double) -> Bool) -> Double {
    var best = low
    for index in (low + 1)..<max(high, low + 1) {
        if beats(columns.values[index], columns.values[best]) || columns.values[best].isNaN { best = index }
    }
    return Double(columns.times[best]) / 1000
}

/// The line that fits a window's samples with the least squares; `intercept` is its value at `origin` (milliseconds).
func linearRegression(_ columns: SampleColumns, _ low: Int, _ high: Int, origin: Int64) -> (slope: Double, intercept: Double) {
    var (sumX, sumY, sumXY, sumX2) = (CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum())
    let firstY = columns.values[low]
    var isConstant = true
    for index in low..<high {
        let y = columns.values[index]
        if y != firstY { isConstant = false }
        let x = Double(columns.times[index] - origin) / 1000
        sumX.add(x)
        sumY.add(y)
        sumXY.add(x * y)
        sumX2.add(x * x)
    }
    if isConstant { return firstY.isInfinite ? (.nan, .nan) : (0, firstY) }
    let count = Double(high - low)
    let (x, y) = (sumX.sum + sumX.compensation, sumY.sum + sumY.compensation)
    let covariance = (sumXY.sum + sumXY.compensation) - x * y / count
    let variance = (sumX2.sum + sumX2.compensation) - x * x / count
    let slope = covariance / variance
    return (slope, y / count - slope * x / count)
}

/// The φ-quantile by linear interpolation between the two nearest ranks; NaN counts as smallest.
///
/// - Complexity: O(n log n).
func quantile(_ quantile: Double, _ values: [Double]) -> Double {
    guard !values.isEmpty, !quantile.isNaN else { return .nan }
    if quantile < 0 { return -.infinity }
    if quantile > 1 { return .infinity }
    let sorted = values.sorted { $0 < $1 || ($0.isNaN && !$1.isNaN) }
    let rank = quantile * Double(sorted.count - 1)
    let lower = max(0, Int(rank.rounded(.down)))
    let upper = min(sorted.count - 1, lower + 1)
    let weight = rank - rank.rounded(.down)
    return sorted[lower] * (1 - weight) + sorted[upper] * weight
}

/// The median distance from the median.
func medianAbsoluteDeviation(_ values: ArraySlice<Double>) -> Double {
    if values.contains(where: \.isNaN) { return .nan }
    let median = quantile(0.5, Array(values))
    return quantile(0.5, values.map { ($0 - median).magnitude })
}

/// Refuses factors that are not between 0 and 1, where there is something to smooth: what selects nothing has no fault.
func checkSmoothing(factors: [Double], trends: [Double]) throws(QueryError) {
    for (values, name) in [(factors, "smoothing factor. Expected: 0 < sf < 1"), (trends, "trend factor. Expected: 0 < tf < 1")] {
        for value in values where value <= 0 || value >= 1 {
            throw .execution("invalid \(name), got: \(GoNumber.text(value, .fixed, precision: 6))")
        }
    }
}

/// Holt's linear exponential smoothing; absent for a window of one sample.
func doubleExponentialSmoothing(_ values: [Double], _ low: Int, _ high: Int, smoothing: Double, trend: Double) -> Double {
    guard high - low >= 2 else { return StepMatrix.absent }
    var before = 0.0
    var smoothed = values[low]
    var slope = values[low + 1] - values[low]
    for index in (low + 1)..<high {
        let scaled = smoothing * values[index]
        if index > low + 1 { slope = trend * (smoothed - before) + (1 - trend) * slope }
        let next = scaled + (1 - smoothing) * (smoothed + slope)
        (before, smoothed) = (smoothed, next)
    }
    return smoothed
}
