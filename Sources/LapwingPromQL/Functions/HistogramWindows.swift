import LapwingSeries
import LapwingText

/// What the remarks about a series' windows name.
struct WindowRemarks {
    let labels: Labels
    /// Where the range vector stands in the query.
    let range: SourceRange

    var metric: String { labels.metricName }
}

/// A range function over a series that has histograms, step by step.
///
/// - Complexity: O(steps) moves of four indices, and what the function does with each window.
/// - Source: Prometheus 3.14 `promql/functions.go`.
func fillMixed(
    _ kernel: WindowKernel, _ row: inout StepRow, _ columns: SampleColumns, _ frame: WindowFrame, _ parameters: [[Double]],
    _ annotations: inout Annotations, _ labels: Labels, _ range: SourceRange
) throws(QueryError) {
    let remarks = WindowRemarks(labels: labels, range: range)
    let rates = HistogramRates(kernel, columns, frame, remarks)
    var hasFloats = false
    var window = MixedWindow(columns: columns, floats: 0..<0, histograms: 0..<0)
    for step in 0..<frame.grid.count {
        let (start, end) = (frame.start(of: step), frame.end(of: step))
        window.floats = advanced(window.floats, columns.times, start, end)
        window.histograms = advanced(window.histograms, columns.histogramTimes, start, end)
        if window.isEmpty { continue }
        if let value = mixedValue(kernel, window, rates, parameters, step, &annotations) {
            row.set(value, at: step)
            if case .float(let float) = value, float.bitPattern != StepMatrix.absentBits { hasFloats = true }
        }
    }
    if hasFloats, kernel == .rate || kernel == .increase { annotations.addIfNoCounter(labels, range) }
}

/// The next window's samples: both ends only move forward.
private func advanced(_ range: Range<Int>, _ times: [Int64], _ start: Int64, _ end: Int64) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while high < times.count, times[high] <= end { high += 1 }
    while low < high, times[low] <= start { low += 1 }
    return low..<high
}

/// The value of one window; nil leaves the step out.
private func mixedValue(
    _ kernel: WindowKernel, _ window: MixedWindow, _ rates: HistogramRates, _ parameters: [[Double]], _ step: Int,
    _ annotations: inout Annotations
) -> MixedWindow.Value? {
    switch kernel {
    case .count: .float(Double(window.count))
    case .present: .float(1)
    case .timeOfFirst: .float(Double(window.firstTime) / 1000)
    case .timeOfLast: .float(Double(window.lastTime) / 1000)
    case .first: window.first
    case .last: window.last
    case .changes: .float(Double(changeCount(window)))
    case .resets: .float(Double(resetCount(window)))
    case .irate, .idelta: instantChange(window, rates, parameters, step, &annotations)
    case .rate, .increase, .delta, .sum, .average:
        if window.isMixed {
            remark(.mixedFloatsHistograms(rates.remarks.metric, rates.remarks.range), &annotations)
        } else if window.histograms.isEmpty {
            .float(floatsAlone(kernel, window, rates, parameters, step, &annotations))
        } else if kernel == .sum || kernel == .average {
            foldedWindow(window, isMean: kernel == .average, rates.remarks, &annotations).map(MixedWindow.Value.histogram)
        } else {
            rates.value(of: window, step, &annotations).map(MixedWindow.Value.histogram)
        }
    case .deriv, .predictLinear, .smoothing, .minimum, .maximum, .quantile, .standardDeviation, .standardVariance,
        .medianAbsoluteDeviation, .timeOfMaximum, .timeOfMinimum:
        if window.floats.isEmpty { nil } else { ignoringHistograms(kernel, window, rates, parameters, step, &annotations) }
    }
}

private func remark(_ annotation: Annotation, _ annotations: inout Annotations) -> MixedWindow.Value? {
    annotations.add(annotation)
    return nil
}

/// A function of floats alone, with a remark where histograms are left out.
private func ignoringHistograms(
    _ kernel: WindowKernel, _ window: MixedWindow, _ rates: HistogramRates, _ parameters: [[Double]], _ step: Int,
    _ annotations: inout Annotations
) -> MixedWindow.Value? {
    if !window.histograms.isEmpty {
        annotations.add(.histogramIgnoredInMixedRange(rates.remarks.metric, rates.remarks.range))
    }
    return .float(floatsAlone(kernel, window, rates, parameters, step, &annotations))
}

/// The value of one step's floats.
private func floatsAlone(
    _ kernel: WindowKernel, _ window: MixedWindow, _ rates: HistogramRates, _ parameters: [[Double]], _ step: Int,
    _ annotations: inout Annotations
) -> Double {
    let frame = rates.frame
    let single = WindowFrame(
        grid: StepGrid(start: frame.grid.time(step), step: 1, count: 1), shift: frame.shift, window: frame.window)
    var scratch = WindowScratch(single)
    scratch.columns = window.floatColumns
    if kernel == .rate || kernel == .increase {
        let count = scratch.columns.overlapCount(in: single)
        if count > 0 { annotations.add(.startTimeOverlap(rates.remarks.metric, count: count, rates.remarks.range)) }
    }
    scratch.bounds.update(scratch.columns.times)
    var values = [StepMatrix.absent]
    kernel.fill(&values, &scratch, parameters.map { [$0[step]] })
    return values[0]
}

// MARK: Counts

/// How often a window's sample differs from the one before; one of the other kind does.
func changeCount(_ window: MixedWindow) -> Int {
    let columns = window.columns
    return countEvents(window) { previous, current in
        switch (previous, current) {
        case (.float(let before), .float(let now)):
            let (a, b) = (columns.values[before], columns.values[now])
            return a != b && !(a.isNaN && b.isNaN)
        case (.histogram(let before), .histogram(let now)):
            return !columns.histograms[now].isSameData(as: columns.histograms[before])
        default: return true
        }
    }
}

/// How often a window's counter began anew; one of the other kind does.
func resetCount(_ window: MixedWindow) -> Int {
    let columns = window.columns
    return countEvents(window) { previous, current in
        switch (previous, current) {
        case (.float(let before), .float(let now)): return before + 1 == now && columns.isReset(at: now)
        case (.histogram(let before), .histogram(let now)): return before + 1 == now && columns.isHistogramReset(at: now)
        default: return true
        }
    }
}

private func countEvents(_ window: MixedWindow, _ isEvent: (MixedWindow.Sample, MixedWindow.Sample) -> Bool) -> Int {
    var previous: MixedWindow.Sample?
    var count = 0
    window.forEachSample { sample in
        if let previous, isEvent(previous, sample) { count += 1 }
        previous = sample
    }
    return count
}

// MARK: The last two

/// `irate` and `idelta`: the change between a window's last two samples.
private func instantChange(
    _ window: MixedWindow, _ rates: HistogramRates, _ parameters: [[Double]], _ step: Int, _ annotations: inout Annotations
) -> MixedWindow.Value? {
    if window.count < 2 { return nil }
    let columns = window.columns
    let last = window.lastTime
    let histogramIsLast = !window.histograms.isEmpty && columns.histogramTimes[window.histograms.upperBound - 1] == last
    // The one before the last, of either kind.
    let floatEnd = window.floats.upperBound - (histogramIsLast ? 0 : 1)
    let histogramEnd = window.histograms.upperBound - (histogramIsLast ? 1 : 0)
    let floatBefore = floatEnd > window.floats.lowerBound ? columns.times[floatEnd - 1] : Int64.min
    let histogramBefore = histogramEnd > window.histograms.lowerBound ? columns.histogramTimes[histogramEnd - 1] : Int64.min
    if (histogramBefore > floatBefore) != histogramIsLast {
        return remark(.mixedFloatsHistograms(rates.remarks.metric, rates.remarks.range), &annotations)
    }
    if histogramIsLast { return rates.instantChange(at: histogramEnd, &annotations).map(MixedWindow.Value.histogram) }
    return .float(floatsAlone(rates.kernel, window, rates, parameters, step, &annotations))
}

// MARK: Sums

/// `sum_over_time` and `avg_over_time` of a window's histograms.
private func foldedWindow(
    _ window: MixedWindow, isMean: Bool, _ remarks: WindowRemarks, _ annotations: inout Annotations
) -> NativeHistogram? {
    let histograms = window.columns.histograms
    var fold = HistogramFold(histograms[window.histograms.lowerBound], isMean: isMean)
    for index in window.histograms.dropFirst() {
        do throws(NativeHistogramError) {
            try fold.add(histograms[index])
        } catch {
            annotations.add(.mixedExponentialCustomHistograms(remarks.metric, remarks.range))
            return nil
        }
    }
    fold.annotate(remarks.range, &annotations)
    return fold.value
}
