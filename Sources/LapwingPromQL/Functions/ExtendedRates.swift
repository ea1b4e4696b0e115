import LapwingSeries

/// Which samples around a window an `anchored` or `smoothed` function looks at: those of the look-back before it, and
/// for `smoothed` those of the look-back after it.
///
/// Source: Prometheus 3.14 `promql/functions.go`, `extendedRate` and `pickFirstSampleIndices`.
struct ExtendedFrame {
    let frame: WindowFrame
    let isSmoothed: Bool
    /// Milliseconds.
    let lookback: Int64

    /// Everything that any window looks at.
    var range: TimeRange {
        let inner = frame.range
        let last = frame.end(of: frame.grid.count - 1)
        let (end, overflow) = last.addingReportingOverflow(isSmoothed ? lookback : 0)
        return TimeRange(
            start: inner.start.advanced(byMilliseconds: -lookback), end: Timestamp(milliseconds: overflow ? .max : end))
    }
}

/// The indices that one step's window has among a series' samples.
struct ExtendedWindow {
    /// Where the window begins, left out, and ends, taken in; milliseconds.
    var start: Int64
    var end: Int64
    /// The samples of window and look-back: from `low` to `high`, left out.
    var low: Int
    var high: Int
    /// The first sample after the window's start, at or beyond `low`; `high` when there is none.
    var inside: Int
    /// The first sample at the window's end or after it, at or beyond `low`; `high` when there is none.
    var beyond: Int
}

/// Calls `body` with every step's window that has samples, found by indices that only move forward.
@inline(__always)
func eachExtendedWindow(_ times: [Int64], _ extended: ExtendedFrame, _ body: (_ step: Int, _ window: ExtendedWindow) -> Void) {
    let frame = extended.frame
    var (low, high, inside, beyond) = (0, 0, 0, 0)
    for step in 0..<frame.grid.count {
        let (start, end) = (frame.start(of: step), frame.end(of: step))
        let (first, isFirst) = start.subtractingReportingOverflow(extended.lookback)
        let (last, isLast) = end.addingReportingOverflow(extended.isSmoothed ? extended.lookback : 0)
        while high < times.count, isLast || times[high] <= last { high += 1 }
        while low < high, !isFirst, times[low] <= first { low += 1 }
        while inside < high, times[inside] <= start { inside += 1 }
        while beyond < high, times[beyond] < end { beyond += 1 }
        guard low < high else { continue }
        body(step, ExtendedWindow(start: start, end: end, low: low, high: high, inside: max(low, inside), beyond: max(low, beyond)))
    }
}

/// `rate`, `increase` and `delta` of every window of a series of floats: the change between the window's edges.
///
/// The value at an edge is that of the last sample before it (`anchored`), or lies on the line between the samples
/// around it (`smoothed`).
/// - Complexity: O(samples + steps), and O(samples of the window) for a window with a reset in it.
func fillExtendedRates(
    _ row: inout [Double], _ base: Int, _ columns: SampleColumns, _ extended: ExtendedFrame, _ kind: RateKind
) {
    let (times, values) = (columns.times, columns.values)
    // How many times the series has fallen before each sample, so that windows without a fall need no second look.
    var falls: [Int32] = []
    if kind.isCounter {
        falls = [Int32](repeating: 0, count: values.count)
        for index in 1..<max(1, values.count) { falls[index] = falls[index - 1] &+ (values[index] < values[index - 1] ? 1 : 0) }
    }
    eachExtendedWindow(times, extended) { step, window in
        guard let edges = ExtendedEdges(times, window, isSmoothed: extended.isSmoothed), !edges.isBeyond(times) else { return }
        let left = edges.left(times, values, isCounter: kind.isCounter)
        let right = edges.right(times, values, isCounter: kind.isCounter)
        var change = right - left
        if kind.isCounter {
            let first = times[edges.first] <= window.start ? edges.first + 1 : edges.first
            let last = times[edges.last] >= window.end ? edges.last - 1 : edges.last
            if first > last {
                if right < left { change += left }
            } else {
                if values[first] < left { change += left }
                if falls[last] != falls[first] {
                    for index in (first + 1)...last where values[index] < values[index - 1] { change += values[index - 1] }
                }
                if right < values[last] { change += values[last] }
            }
        }
        row[base + step] = kind.value(ofChange: change, over: extended.frame.window)
    }
}

/// The samples that a window's value at its edges comes from.
struct ExtendedEdges {
    let window: ExtendedWindow
    let isSmoothed: Bool
    let first: Int
    let last: Int

    /// Nil when nothing lies after the window's start.
    init?(_ times: [Int64], _ window: ExtendedWindow, isSmoothed: Bool) {
        self.window = window
        self.isSmoothed = isSmoothed
        let newest = window.high - 1
        first = max(window.low, min(window.inside, newest) - 1)
        last = isSmoothed ? min(window.beyond, newest) : newest
        if times[last] <= window.start { return nil }
    }

    /// Whether a smoothed window has nothing but samples after its end.
    func isBeyond(_ times: [Int64]) -> Bool { isSmoothed && times[first] > window.end }

    func isLeftInterpolated(_ times: [Int64]) -> Bool { isSmoothed && times[first] < window.start }

    func isRightInterpolated(_ times: [Int64]) -> Bool { isSmoothed && last > window.low && times[last] > window.end }

    func left(_ times: [Int64], _ values: [Double], isCounter: Bool) -> Double {
        isLeftInterpolated(times) ? interpolated(times, values, first, at: window.start, isCounter: isCounter) : values[first]
    }

    func right(_ times: [Int64], _ values: [Double], isCounter: Bool) -> Double {
        isRightInterpolated(times) ? interpolated(times, values, last - 1, at: window.end, isCounter: isCounter) : values[last]
    }
}

extension SampleColumns {
    /// The floats of a window with one more at each of its edges.
    ///
    /// Source: Prometheus 3.14 `promql/engine.go`, `extendFloats`.
    func extended(to extended: ExtendedFrame) -> (times: [Int64], values: [Double]) {
        var result: (times: [Int64], values: [Double]) = ([], [])
        eachExtendedWindow(times, extended) { _, window in
            guard let edges = ExtendedEdges(times, window, isSmoothed: extended.isSmoothed) else { return }
            let first = times[edges.first] <= window.start ? edges.first + 1 : edges.first
            let last = times[edges.last] >= window.end ? edges.last - 1 : edges.last
            let inner = first..<max(first, last + 1)
            result.times = [window.start] + times[inner] + [window.end]
            result.values = [edges.left(times, values, isCounter: false)] + values[inner] + [edges.right(times, values, isCounter: false)]
        }
        return result
    }
}

/// The value at a time between a sample and the next one; a counter that fell began at nought right after the first.
func interpolated(_ times: [Int64], _ values: [Double], _ index: Int, at time: Int64, isCounter: Bool) -> Double {
    let (before, after) = (values[index], values[index + 1])
    let start = isCounter && after < before ? 0 : before
    return start + (after - start) * Double(time - times[index]) / Double(times[index + 1] - times[index])
}

/// `changes` and `resets` of every window of a series of floats, counted from the last sample before the window on.
func fillAnchoredCounts(_ row: inout [Double], _ base: Int, _ columns: SampleColumns, _ extended: ExtendedFrame, countsResets: Bool) {
    let values = columns.values
    var counts = [Int32](repeating: 0, count: values.count)
    for index in 1..<max(1, values.count) {
        let (previous, current) = (values[index - 1], values[index])
        let counted = countsResets ? columns.isReset(at: index) : current != previous && !(current.isNaN && previous.isNaN)
        counts[index] = counts[index - 1] &+ (counted ? 1 : 0)
    }
    eachExtendedWindow(columns.times, extended) { step, window in
        guard window.inside < window.high else { return }
        let first = max(window.low, window.inside - 1)
        row[base + step] = Double(counts[window.high - 1] - counts[first])
    }
}

/// The value of a `smoothed` selector at every step: on the line between the samples around it, or the last one where
/// none follows.
///
/// Source: Prometheus 3.14 `promql/engine.go`, `smoothSeries`.
func fillSmoothed(_ row: inout [Double], _ base: Int, _ columns: SampleColumns, _ shift: TimeShift, _ grid: StepGrid, lookback: Int64) {
    let (times, values) = (columns.times, columns.values)
    var next = 0
    for step in 0..<grid.count {
        let now = shift.apply(grid.time(step))
        let (oldest, newest) = (now.subtractingReportingOverflow(lookback).partialValue, now.addingReportingOverflow(lookback).partialValue)
        while next < times.count, times[next] < now { next += 1 }
        let hasNext = next < times.count && times[next] <= newest
        if hasNext, times[next] == now {
            row[base + step] = values[next]
        } else if next > 0, times[next - 1] > oldest {
            row[base + step] = hasNext ? interpolated(times, values, next - 1, at: now, isCounter: false) : values[next - 1]
        }
    }
}
