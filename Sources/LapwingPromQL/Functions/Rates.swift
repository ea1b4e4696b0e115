import LapwingSeries

/// `rate`, `increase` and `delta` of a series of floats.
///
/// The change between a window's first and last sample, with what counter resets have hidden added back, extended to
/// the window's edges where the samples come close to them.
/// - Complexity: O(samples + steps), and O(samples of the window) for a window with a reset in it.
func fillRates(_ row: inout [Double], _ scratch: inout WindowScratch, _ kind: RateKind) {
    let values = scratch.columns.values
    if kind.isCounter, !scratch.columns.startTimes.isEmpty { return fillRatesFromStartTimes(&row, scratch, kind) }
    if row.count == 1 {
        row[0] = singleRate(scratch, kind)
        return
    }
    let hasResets = kind.isCounter && !scratch.ascends && hasFall(values, 0, values.count)
    if hasResets { countFalls(values, &scratch.counts) }
    scratch.spans.update(scratch.bounds, scratch.columns.times, kind)
    for block in scratch.spans.blocks {
        if block.isFull, !hasResets, fillPlainly(&row, block, values, scratch.bounds, scratch.spans) || !kind.isCounter { continue }
        let resets = hasResets ? scratch.counts : []
        fillCarefully(&row, block.steps, values, scratch.bounds, scratch.spans, resets: resets, kind)
    }
}

/// Changes times factors, without branches, so that the processor takes several windows at once.
///
/// - Returns: whether that is all, since no counter would have been below nought where its window begins.
private func fillPlainly(
    _ row: inout [Double], _ block: RateSpans.Block, _ values: [Double], _ bounds: WindowBounds, _ spans: RateSpans
) -> Bool {
    let (steps, first) = (block.steps, block.steps.lowerBound)
    let (lows, highs) = (bounds.low.span.extracting(steps), bounds.high.span.extracting(steps))
    let intervals = spans.interval.span.extracting(steps)
    let starts = spans.toStart.span.extracting(steps)
    let factors = spans.factor.span.extracting(steps)
    var cells = row.mutableSpan
    var belowNought: Int64 = 0
    if block.isSliding {
        let firsts = values.span.extracting(Int(lows[0])..<(Int(lows[0]) + steps.count))
        let lasts = values.span.extracting((Int(highs[0]) - 1)..<(Int(highs[0]) - 1 + steps.count))
        for step in 0..<firsts.count {
            let change = lasts[step] - firsts[step]
            belowNought |= intervals[step] * firsts[step] < starts[step] * change ? -1 : 0
            cells[first &+ step] = change * factors[step]
        }
    } else {
        let values = values.span
        for step in 0..<lows.count {
            let value = values[Int(lows[step])]
            let change = values[Int(highs[step]) &- 1] - value
            belowNought |= intervals[step] * value < starts[step] * change ? -1 : 0
            cells[first &+ step] = change * factors[step]
        }
    }
    return belowNought == 0
}

/// The same one by one, with resets, empty windows, and counters that begin in their window.
private func fillCarefully(
    _ row: inout [Double], _ steps: Range<Int>, _ values: [Double], _ bounds: WindowBounds, _ spans: RateSpans, resets: [Int32],
    _ kind: RateKind
) {
    let (lows, highs, values) = (bounds.low.span, bounds.high.span, values.span)
    let factors = spans.factor.span
    var cells = row.mutableSpan
    for step in steps {
        let (low, high) = (Int(lows[step]), Int(highs[step]))
        guard high - low > 1 else {
            cells[step] = StepMatrix.absent
            continue
        }
        let first = values[low]
        var change = values[high - 1] - first
        guard kind.isCounter else {
            cells[step] = change * factors[step]
            continue
        }
        if !resets.isEmpty, resets[high - 1] != resets[low] {
            for index in (low + 1)..<high where values[index] < values[index - 1] { change += values[index - 1] }
        }
        let window = spans[step]
        cells[step] =
            window.isBelowNought(first: first, change: change)
            ? window.extrapolated(change, first: first, kind, bounds.frame) : change * factors[step]
    }
}

/// Whether any of some values is less than the one before it; without branches, so that several are taken at once.
private func hasFall(_ values: [Double], _ low: Int, _ high: Int) -> Bool {
    guard high - low > 1 else { return false }
    let earlier = values.span.extracting(low..<(high - 1))
    let later = values.span.extracting((low + 1)..<high)
    var falls: UInt64 = 0
    for index in 0..<earlier.count { falls |= later[index] < earlier[index] ? 1 : 0 }
    return falls != 0
}

/// Counts the falls before each value.
private func countFalls(_ values: [Double], _ counts: inout [Int32]) {
    counts.removeAll(keepingCapacity: true)
    counts.reserveCapacity(values.count)
    var count: Int32 = 0
    counts.append(0)
    for index in 1..<values.count {
        if values[index] < values[index - 1] { count &+= 1 }
        counts.append(count)
    }
}

/// The only window of an instant query, without tables for others.
private func singleRate(_ scratch: borrowing WindowScratch, _ kind: RateKind) -> Double {
    let (low, high) = (Int(scratch.bounds.low[0]), Int(scratch.bounds.high[0]))
    guard high - low > 1 else { return StepMatrix.absent }
    let values = scratch.columns.values
    let window = RateWindow(scratch.frame, 0, scratch.columns.times, low, high)
    let first = values[low]
    var change = values[high - 1] - first
    if kind.isCounter, !scratch.ascends, hasFall(values, low, high) {
        for index in (low + 1)..<high where values[index] < values[index - 1] { change += values[index - 1] }
    }
    return window.extrapolated(change, first: first, kind, scratch.frame)
}

/// Counters that tell when they began: such a time inside the window is where the counter was at nought.
private func fillRatesFromStartTimes(_ row: inout [Double], _ scratch: WindowScratch, _ kind: RateKind) {
    let columns = scratch.columns
    let frame = scratch.frame
    for step in row.indices {
        let (low, high) = (Int(scratch.bounds.low[step]), Int(scratch.bounds.high[step]))
        row[step] = StepMatrix.absent
        guard low < high else { continue }
        let first = columns.values[low]
        var change = columns.values[high - 1] - first
        for index in (low + 1)..<max(high, low + 1) where columns.isReset(at: index) { change += columns.values[index - 1] }
        var window = RateWindow(frame, step, columns.times, low, high)
        let start = columns.startTimes[low]
        if start != 0, start > frame.start(of: step), start < columns.times[low] {
            // Nothing to guess on that side; one sample alone has no average interval to extend the other side by.
            change += first
            window.interval = Double(columns.times[high - 1] - start) / 1000
            window.toStart = 0
        } else if high - low < 2 {
            continue
        } else {
            window.stopAtNought(first: first, change: change)
        }
        row[step] = change * window.factor(kind, frame)
    }
}

/// `irate` and `idelta`: the change between a window's last two samples.
func instantChange(_ columns: SampleColumns, _ low: Int, _ high: Int, isRate: Bool) -> Double {
    guard high - low >= 2 else { return StepMatrix.absent }
    let last = columns.values[high - 1]
    let interval = columns.times[high - 1] - columns.times[high - 2]
    if interval == 0 { return StepMatrix.absent }
    let change = isRate && columns.isReset(at: high - 1) ? last : last - columns.values[high - 2]
    return isRate ? change / (Double(interval) / 1000) : change
}
