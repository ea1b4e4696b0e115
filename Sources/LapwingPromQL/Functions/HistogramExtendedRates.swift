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
    let rates = ExtendedHistogramRates(kernel, columns, extended, remarks)
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
        switch kernel {
        case .changes, .resets:
            guard let anchored = window.anchored(at: start) else { continue }
            row.values[step] = Double(kernel == .changes ? changeCount(anchored) : resetCount(anchored))
        default:
            if window.isMixed {
                annotations.add(.mixedFloatsHistograms(remarks.metric, remarks.range))
            } else if window.floats.isEmpty {
                if let rate = rates.value(of: window, start, end, &annotations) { row.set(rate, at: step) }
            } else {
                row.values[step] = rates.floatsAlone(window, step)
                if row.isPresent(step) { hasFloats = true }
            }
        }
    }
    if hasFloats, kernel != .delta { annotations.addIfNoCounter(remarks.labels, remarks.range) }
}

extension [Int64] {
    /// The places of the times after one and not after another, ascending.
    /// - Complexity: O(log count).
    fileprivate func range(after start: Int64, through end: Int64) -> Range<Int> {
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

/// `rate`, `increase` and `delta` between the edges of an extended window of histograms.
struct ExtendedHistogramRates {
    let kernel: WindowKernel
    let columns: SampleColumns
    let extended: ExtendedFrame
    let remarks: WindowRemarks

    private var isCounter: Bool { kernel != .delta }

    init(_ kernel: WindowKernel, _ columns: SampleColumns, _ extended: ExtendedFrame, _ remarks: WindowRemarks) {
        self.kernel = kernel
        self.columns = columns
        self.extended = extended
        self.remarks = remarks
    }

    /// The value of one step's floats.
    func floatsAlone(_ window: MixedWindow, _ step: Int) -> Double {
        let frame = extended.frame
        let single = WindowFrame(
            grid: StepGrid(start: frame.grid.time(step), step: 1, count: 1), shift: frame.shift, window: frame.window)
        var values = [StepMatrix.absent]
        fillExtendedRates(
            &values, 0, window.floatColumns, ExtendedFrame(frame: single, isSmoothed: extended.isSmoothed, lookback: extended.lookback),
            isCounter: isCounter, isRate: kernel == .rate)
        return values[0]
    }

    /// The value of a window that has histograms alone; nil, with a remark, where they do not fit together.
    func value(of window: MixedWindow, _ start: Int64, _ end: Int64, _ annotations: inout Annotations) -> NativeHistogram? {
        let times = columns.histogramTimes
        let (low, high) = (window.histograms.lowerBound, window.histograms.upperBound)
        let inside = (low..<high).first { times[$0] > start } ?? high
        let beyond = (low..<high).first { times[$0] >= end } ?? high
        let places = ExtendedWindow(start: start, end: end, low: low, high: high, inside: inside, beyond: beyond)
        guard let edges = ExtendedEdges(times, places, isSmoothed: extended.isSmoothed), !edges.isBeyond(times) else { return nil }
        guard isValid(edges.first...max(edges.first, edges.last), &annotations) else { return nil }
        do throws(NativeHistogramError) {
            return try change(edges, &annotations)
        } catch {
            annotations.add(.mixedExponentialCustomHistograms(remarks.metric, remarks.range))
            return nil
        }
    }

    private func isValid(_ places: ClosedRange<Int>, _ annotations: inout Annotations) -> Bool {
        let isCustom = columns.histograms[places.lowerBound].usesCustomBuckets
        for place in places {
            let histogram = columns.histograms[place]
            if histogram.usesCustomBuckets != isCustom {
                annotations.add(.mixedExponentialCustomHistograms(remarks.metric, remarks.range))
                return false
            }
            if isCounter, histogram.counterResetHint == .gauge { annotations.add(.nativeHistogramNotCounter(remarks.metric, remarks.range)) }
        }
        return true
    }

    private func change(_ edges: ExtendedEdges, _ annotations: inout Annotations) throws(NativeHistogramError) -> NativeHistogram {
        let times = columns.histogramTimes
        let isLeftBetween = edges.isLeftInterpolated(times)
        let left = isLeftBetween ? try between(edges.first, edges.window.start, &annotations) : columns.histograms[edges.first]
        let right =
            edges.isRightInterpolated(times)
            ? try between(edges.last - 1, edges.window.end, &annotations) : columns.histograms[edges.last]
        if !isCounter, left.counterResetHint != .gauge || right.counterResetHint != .gauge {
            annotations.add(.nativeHistogramNotGauge(remarks.metric, remarks.range))
        }
        var result = right
        if try result.subtract(left).contains(.boundsReconciled) { annotations.add(.customBucketsReconciled(.subtraction, remarks.range)) }
        if isCounter, let hidden = try hiddenByResets(edges, left, right, isLeftBetween, &annotations) {
            try add(hidden, to: &result, &annotations)
        }
        if kernel == .rate { result.divide(by: Double(extended.frame.window) / 1000) }
        result.counterResetHint = .gauge
        result.compact()
        return result
    }

    private func add(
        _ other: NativeHistogram, to result: inout NativeHistogram, _ annotations: inout Annotations
    ) throws(NativeHistogramError) {
        if try result.add(other).contains(.boundsReconciled) { annotations.add(.customBucketsReconciled(.addition, remarks.range)) }
    }

    private func between(
        _ place: Int, _ time: Int64, _ annotations: inout Annotations
    ) throws(NativeHistogramError) -> NativeHistogram {
        try interpolated(columns, place, at: time, isCounter: isCounter, remarks.range, &annotations)
    }

    /// What the counter held whenever it began anew between the edges; nil where it did not.
    ///
    /// Source: `correctForCounterResetsHistogram`.
    private func hiddenByResets(
        _ edges: ExtendedEdges, _ left: NativeHistogram, _ right: NativeHistogram, _ isLeftBetween: Bool, _ annotations: inout Annotations
    ) throws(NativeHistogramError) -> NativeHistogram? {
        let histograms = columns.histograms
        var place = edges.first + 1
        var previous = left
        // A reset between the first two is in the value between them already.
        if isLeftBetween, histograms[place].isReset(after: histograms[edges.first]) {
            previous = histograms[place]
            place += 1
        }
        if place > edges.last { return nil }
        var hidden: NativeHistogram?
        // The last one is `right`, or what `right` was made of: compared once, at the end.
        for next in Array(histograms[place..<edges.last]) + [right] {
            if next.isReset(after: previous) {
                if var sum = hidden {
                    try add(previous, to: &sum, &annotations)
                    hidden = sum
                } else {
                    hidden = previous
                }
            }
            previous = next
        }
        return hidden
    }
}

/// The histogram at a time between a sample and the next one; a counter that began anew grows from nought.
///
/// Source: Prometheus 3.14 `promql/functions.go`, `interpolateHistograms`.
func interpolated(
    _ columns: SampleColumns, _ place: Int, at time: Int64, isCounter: Bool, _ range: SourceRange, _ annotations: inout Annotations
) throws(NativeHistogramError) -> NativeHistogram {
    let (before, after) = (columns.histograms[place], columns.histograms[place + 1])
    let (start, end) = (columns.histogramTimes[place], columns.histogramTimes[place + 1])
    if time == start { return before }
    if time == end { return after }
    let fraction = Double(time - start) / Double(end - start)
    guard before.usesCustomBuckets == after.usesCustomBuckets else { throw .incompatibleSchemas }
    if isCounter, after.isReset(after: before) { return after.scaled(by: fraction) }
    var result = after
    if try result.subtract(before).contains(.boundsReconciled) { annotations.add(.customBucketsReconciled(.subtraction, range)) }
    result.multiply(by: fraction)
    if try result.add(before).contains(.boundsReconciled) { annotations.add(.customBucketsReconciled(.addition, range)) }
    return result
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
