import LapwingSeries
import LapwingText

/// A range function over an `anchored` or `smoothed` selector of a series that has histograms.
///
/// Source: Prometheus 3.14 `promql/functions.go`, `extendedHistogramRate`, `pickFirstSampleIndices`.
/// - Complexity: O(samples of the windows).
func fillExtendedMixed(
    _ kernel: WindowKernel, _ row: inout StepRow, _ columns: SampleColumns, _ extended: ExtendedFrame, _ remarks: WindowRemarks,
    _ annotations: inout Annotations
) {
    let rates = RateKind(kernel).map { ExtendedHistogramRates(kind: $0, columns: columns, extended: extended, remarks: remarks) }
    let frame = extended.frame
    var hasFloats = false
    for step in 0..<frame.grid.count {
        let (start, end) = (frame.start(of: step), frame.end(of: step))
        let oldest = start.subtractingReportingOverflow(extended.lookback).partialValue
        let newest = extended.isSmoothed ? end.addingReportingOverflow(extended.lookback).partialValue : end
        let window = MixedWindow(
            columns: columns, floats: columns.times.range(after: oldest, through: newest),
            histograms: columns.histogramTimes.range(after: oldest, through: newest))
        if window.isEmpty { continue }
        guard let rates else {
            guard let anchored = window.anchored(at: start) else { continue }
            row.values[step] = Double(kernel == .changes ? changeCount(anchored) : resetCount(anchored))
            continue
        }
        if window.isMixed {
            annotations.add(.mixedFloatsHistograms(remarks.metric, remarks.range))
        } else if window.floats.isEmpty {
            if let rate = rates.value(of: window, start, end, &annotations) { row.set(rate, at: step) }
        } else {
            row.values[step] = rates.floatsAlone(window, step)
            if row.isPresent(step) { hasFloats = true }
        }
    }
    if hasFloats, kernel != .delta { annotations.addIfNoCounter(remarks.labels, remarks.range) }
}

extension [Int64] {
    /// The places of the times after one and not after another, ascending.
    /// - Complexity: O(log count).
    func range(after start: Int64, through end: Int64) -> Range<Int> {
        let low = countOfTimes(through: start)
        return low..<Swift.max(low, countOfTimes(through: end))
    }

    fileprivate func countOfTimes(through time: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension MixedWindow {
    /// The samples after a window's start and the last one ahead of them, of either kind; nil where none lies after it.
    fileprivate func anchored(at start: Int64) -> MixedWindow? {
        var result = self
        var float = floats.lowerBound
        var histogram = histograms.lowerBound
        while float < floats.upperBound, columns.times[float] <= start { float += 1 }
        while histogram < histograms.upperBound, columns.histogramTimes[histogram] <= start { histogram += 1 }
        if float == floats.upperBound, histogram == histograms.upperBound { return nil }
        let floatTime = float > floats.lowerBound ? columns.times[float - 1] : nil
        let histogramTime = histogram > histograms.lowerBound ? columns.histogramTimes[histogram - 1] : nil
        if let floatTime, floatTime >= histogramTime ?? .min {
            float -= 1
        } else if histogramTime != nil {
            histogram -= 1
        }
        result.floats = float..<floats.upperBound
        result.histograms = histogram..<histograms.upperBound
        return result
    }
}

/// The value of a `smoothed` selector at every step, of a series that has histograms.
///
/// Source: Prometheus 3.14 `promql/engine.go`, `smoothSeries`.
func fillSmoothedMixed(
    _ row: inout StepRow, _ columns: SampleColumns, _ shift: TimeShift, _ grid: StepGrid, lookback: Int64, _ remarks: WindowRemarks,
    _ annotations: inout Annotations
) {
    let times = columns.histogramTimes
    for step in 0..<grid.count {
        let now = shift.apply(grid.time(step))
        let (oldest, newest) = (now.subtractingReportingOverflow(lookback).partialValue, now.addingReportingOverflow(lookback).partialValue)
        let window = MixedWindow(
            columns: columns, floats: columns.times.range(after: oldest, through: newest),
            histograms: times.range(after: oldest, through: newest))
        if window.isMixed { annotations.add(.mixedFloatsHistograms(remarks.metric, remarks.range)) }
        if window.isMixed || window.isEmpty { continue }
        if window.histograms.isEmpty {
            fillSmoothed(
                &row.values, step, window.floatColumns, shift, StepGrid(start: grid.time(step), step: 1, count: 1), lookback: lookback)
            continue
        }
        let next = window.histograms.first { times[$0] >= now } ?? window.histograms.upperBound
        if next < window.histograms.upperBound, times[next] == now {
            row.set(columns.histograms[next], at: step)
        } else if next > window.histograms.lowerBound {
            let before = columns.histograms[next - 1]
            guard next < window.histograms.upperBound else {
                // What was known of a reset was known of that sample, not of now.
                var last = before
                last.counterResetHint = .unknown
                row.set(last, at: step)
                continue
            }
            let isCounter = before.counterResetHint != .gauge || columns.histograms[next].counterResetHint != .gauge
            do throws(NativeHistogramError) {
                row.set(try interpolated(columns, next - 1, at: now, isCounter: isCounter, remarks.range, &annotations), at: step)
            } catch {
                annotations.add(.mixedExponentialCustomHistograms(remarks.metric, remarks.range))
            }
        }
    }
}
