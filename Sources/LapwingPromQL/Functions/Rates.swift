import LapwingSeries

/// What `rate` and its kin need to know of each window's times, which is the same for all series of one scrape.
///
/// Source: Prometheus 3.14 `promql/functions.go`, `extrapolatedRate`.
struct RateSpans: Sendable {
    /// Seconds from a window's first to its last sample; 0 where there are fewer than two.
    private(set) var interval: [Double] = []
    /// Seconds by which the change is extended towards the window's start and end.
    private(set) var toStart: [Double] = []
    private(set) var toEnd: [Double] = []
    /// The factor of a change that is extended on both sides.
    private(set) var factor: [Double] = []
    private var generation = -1
    private var isRate = false

    /// - Complexity: O(steps) when the bounds have changed, else O(1).
    mutating func update(_ bounds: WindowBounds, _ times: [Int64], isRate: Bool) {
        if bounds.generation == generation, isRate == self.isRate { return }
        generation = bounds.generation
        self.isRate = isRate
        let steps = bounds.frame.grid.count
        if interval.count != steps {
            interval = Array(repeating: 0, count: steps)
            (toStart, toEnd, factor) = (interval, interval, interval)
        }
        for step in 0..<steps {
            let (low, high) = (Int(bounds.low[step]), Int(bounds.high[step]))
            let window = RateWindow(bounds.frame, step, times, low, high)
            interval[step] = window.interval
            toStart[step] = window.toStart
            toEnd[step] = window.toEnd
            factor[step] = window.factor(toStart: window.toStart, isRate: isRate, bounds.frame)
        }
    }
}

/// How a window's samples lie in it, in seconds.
struct RateWindow {
    var interval = 0.0
    var toStart = 0.0
    var toEnd = 0.0

    private init() {}

    init(_ frame: WindowFrame, _ step: Int, _ times: [Int64], _ low: Int, _ high: Int) {
        guard high - low > 1 else {
            self.init()
            return
        }
        self.init(frame, step, from: times[low], to: times[high - 1], count: high - low)
    }

    /// - Precondition: there are two samples at least.
    init(_ frame: WindowFrame, _ step: Int, from first: Int64, to last: Int64, count: Int) {
        interval = Double(last - first) / 1000
        let average = interval / Double(count - 1)
        let threshold = average * 1.1
        toStart = Double(first - frame.start(of: step)) / 1000
        toEnd = Double(frame.end(of: step) - last) / 1000
        if toStart >= threshold { toStart = average / 2 }
        if toEnd >= threshold { toEnd = average / 2 }
    }

    /// A change between the first and the last sample, extended to the window's edges.
    func extrapolated(_ change: Double, first: Double, isCounter: Bool, isRate: Bool, _ frame: WindowFrame) -> Double {
        var toStart = toStart
        if isCounter, change > 0, first >= 0 { toStart = min(toStart, interval * (first / change)) }
        return change * factor(toStart: toStart, isRate: isRate, frame)
    }

    func factor(toStart: Double, isRate: Bool, _ frame: WindowFrame) -> Double {
        let factor = interval == 0 ? 1 : (interval + toStart + toEnd) / interval
        return isRate ? factor / (Double(frame.window) / 1000) : factor
    }
}

/// `rate`, `increase` and `delta` of a series of floats.
///
/// The change between a window's first and last sample, with what counter resets have hidden added back, extended to
/// the window's edges where the samples come close to them.
/// - Complexity: O(samples + steps), and O(samples of the window) for a window with a reset in it.
func fillRates(_ row: inout [Double], _ scratch: inout WindowScratch, isCounter: Bool, isRate: Bool) {
    let values = scratch.columns.values
    if isCounter, !scratch.columns.startTimes.isEmpty { return fillRatesFromStartTimes(&row, scratch, isRate: isRate) }
    if row.count == 1 {
        row[0] = singleRate(scratch, isCounter: isCounter, isRate: isRate)
        return
    }
    let hasResets = isCounter && hasFall(values, 0, values.count)
    if hasResets { countFalls(values, &scratch.counts) }
    scratch.spans.update(scratch.bounds, scratch.columns.times, isRate: isRate)
    let resets = hasResets ? scratch.counts : []
    fillRates(&row, values, scratch.bounds, scratch.spans, resets: resets, isCounter: isCounter, isRate: isRate)
}

private func fillRates(
    _ row: inout [Double], _ values: [Double], _ bounds: WindowBounds, _ spans: RateSpans, resets: [Int32], isCounter: Bool, isRate: Bool
) {
    let seconds = Double(bounds.frame.window) / 1000
    let (lows, highs, values) = (bounds.low.span, bounds.high.span, values.span)
    let (intervals, starts, factors) = (spans.interval.span, spans.toStart.span, spans.factor.span)
    var cells = row.mutableSpan
    for step in 0..<cells.count {
        let (low, high) = (Int(lows[step]), Int(highs[step]))
        guard high - low > 1 else {
            cells[step] = StepMatrix.absent
            continue
        }
        let first = values[low]
        var change = values[high - 1] - first
        guard isCounter else {
            cells[step] = change * factors[step]
            continue
        }
        if !resets.isEmpty, resets[high - 1] != resets[low] {
            for index in (low + 1)..<high where values[index] < values[index - 1] { change += values[index - 1] }
        }
        let (interval, toStart) = (intervals[step], starts[step])
        // A counter cannot have been below nought; the comparison without a division is true for nearly none.
        if change > 0, first >= 0, interval * first < toStart * change {
            let toZero = min(toStart, interval * (first / change))
            let factor = interval == 0 ? 1 : (interval + toZero + spans.toEnd[step]) / interval
            cells[step] = change * (isRate ? factor / seconds : factor)
        } else {
            cells[step] = change * factors[step]
        }
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
private func singleRate(_ scratch: borrowing WindowScratch, isCounter: Bool, isRate: Bool) -> Double {
    let (low, high) = (Int(scratch.bounds.low[0]), Int(scratch.bounds.high[0]))
    guard high - low > 1 else { return StepMatrix.absent }
    let values = scratch.columns.values
    let window = RateWindow(scratch.frame, 0, scratch.columns.times, low, high)
    let first = values[low]
    var change = values[high - 1] - first
    if isCounter, hasFall(values, low, high) {
        for index in (low + 1)..<high where values[index] < values[index - 1] { change += values[index - 1] }
    }
    return window.extrapolated(change, first: first, isCounter: isCounter, isRate: isRate, scratch.frame)
}

/// Counters that tell when they began: such a time inside the window is where the counter was at nought.
private func fillRatesFromStartTimes(_ row: inout [Double], _ scratch: WindowScratch, isRate: Bool) {
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
        } else if change > 0, first >= 0 {
            window.toStart = min(window.toStart, window.interval * (first / change))
        }
        row[step] = change * window.factor(toStart: window.toStart, isRate: isRate, frame)
    }
}

extension SampleColumns {
    /// Whether the counter began anew between a sample and the one before it: it fell, or its start time says so.
    func isReset(at index: Int) -> Bool {
        if values[index] < values[index - 1] { return true }
        guard !startTimes.isEmpty else { return false }
        return isStartTimeReset(startTimes[index - 1], times[index - 1], startTimes[index], times[index])
    }
}

/// Whether a start time tells of a reset between two samples.
///
/// Unset, invalid (after its own sample) and OpenTelemetry's "unknown" (at its own sample) tell nothing. A start time
/// at the previous sample is a reset for a delta, and none for a cumulative series whose start is unknown.
func isStartTimeReset(_ previousStart: Int64, _ previousTime: Int64, _ start: Int64, _ time: Int64) -> Bool {
    if start == 0 || start >= time || start < previousTime { return false }
    if start > previousTime { return true }
    return previousStart < previousTime && previousStart != 0
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

/// `changes`: how often a window's value differs from the one before.
func fillChanges(_ row: inout [Double], _ scratch: inout WindowScratch) {
    let values = scratch.columns.values
    fillCounts(&row, &scratch) { index in
        let (previous, current) = (values[index - 1], values[index])
        return current != previous && !(current.isNaN && previous.isNaN)
    }
}

/// `resets`: how often a window's counter began anew.
func fillResets(_ row: inout [Double], _ scratch: inout WindowScratch) {
    let columns = scratch.columns
    fillCounts(&row, &scratch) { columns.isReset(at: $0) }
}

/// The events of each window, as the difference of two counts of all events before.
/// - Complexity: O(samples + steps).
@inline(__always)
private func fillCounts(_ row: inout [Double], _ scratch: inout WindowScratch, _ isEvent: (Int) -> Bool) {
    scratch.counts.removeAll(keepingCapacity: true)
    var count: Int32 = 0
    for index in scratch.columns.values.indices {
        if index > 0, isEvent(index) { count &+= 1 }
        scratch.counts.append(count)
    }
    let counts = scratch.counts
    eachWindow(scratch.bounds, &row) { _, low, high in Double(counts[high - 1] - counts[low]) }
}
