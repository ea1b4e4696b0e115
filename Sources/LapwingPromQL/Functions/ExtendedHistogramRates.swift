import LapwingSeries
import LapwingText

/// What `rate`, `increase` and `delta` give between the edges of an extended window of histograms.
struct ExtendedHistogramRates {
    let kind: RateKind
    let columns: SampleColumns
    let extended: ExtendedFrame
    let remarks: WindowRemarks

    private var isCounter: Bool { kind.isCounter }

    /// The value of one step's floats.
    func floatsAlone(_ window: MixedWindow, _ step: Int) -> Double {
        let frame = extended.frame
        let single = WindowFrame(
            grid: StepGrid(start: frame.grid.time(step), step: 1, count: 1), shift: frame.shift, window: frame.window)
        var values = [StepMatrix.absent]
        fillExtendedRates(
            &values, 0, window.floatColumns, ExtendedFrame(frame: single, isSmoothed: extended.isSmoothed, lookback: extended.lookback), kind)
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
        if kind == .rate { result.divide(by: Double(extended.frame.window) / 1000) }
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
