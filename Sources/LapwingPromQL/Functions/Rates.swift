import LapwingSeries

/// `rate`, `increase` and `delta` of every window of a series of floats.
///
/// The change between a window's first and last sample, with what counter resets have hidden added back, extended to
/// the window's edges where the samples come close to them. Source: Prometheus 3.14 `promql/functions.go`,
/// `extrapolatedRate`.
/// - Complexity: O(samples + steps), and O(samples of the window) for a window with a reset in it.
func fillRates(
    _ row: inout [Double], _ base: Int, _ columns: SampleColumns, _ frame: WindowFrame, isCounter: Bool, isRate: Bool
) {
    let times = columns.times
    let values = columns.values
    // How many resets lie before each sample, so that windows without one need no second look.
    var resets: [Int32] = []
    if isCounter {
        resets = [Int32](repeating: 0, count: values.count)
        for index in 1..<max(1, values.count) {
            resets[index] = resets[index - 1] &+ (columns.isReset(at: index) ? 1 : 0)
        }
    }
    let seconds = Double(frame.window) / 1000
    eachWindow(times, frame, &row, base) { step, low, high in
        let first = values[low]
        var change = values[high - 1] - first
        if isCounter, resets[high - 1] != resets[low] {
            for index in (low + 1)..<high where columns.isReset(at: index) { change += values[index - 1] }
        }
        let window = RateWindow(
            start: frame.start(of: step), end: frame.end(of: step), firstTime: times[low], lastTime: times[high - 1],
            count: high - low, startTime: columns.startTimes.isEmpty ? 0 : columns.startTimes[low])
        guard let extrapolation = window.extrapolation(change: change, first: first, isCounter: isCounter) else { return StepMatrix.absent }
        let factor = isRate ? extrapolation.factor / seconds : extrapolation.factor
        return (extrapolation.startsAtZero ? change + first : change) * factor
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

/// How a window's samples lie in it.
struct RateWindow {
    /// Milliseconds; left out of the window.
    var start: Int64
    var end: Int64
    var firstTime: Int64
    var lastTime: Int64
    var count: Int
    /// When the first sample's counting began; 0 unknown.
    var startTime: Int64

    /// By how much a change grows when it is extended towards the window's edges; nil when one sample says nothing.
    func extrapolation(change: Double, first: Double, isCounter: Bool) -> (factor: Double, startsAtZero: Bool)? {
        var toStart = Double(firstTime - start) / 1000
        var toEnd = Double(end - lastTime) / 1000
        var interval = Double(lastTime - firstTime) / 1000
        let average = count > 1 ? interval / Double(count - 1) : 0
        let threshold = average * 1.1
        var startsAtZero = false
        if isCounter, startTime != 0, startTime > start, startTime < firstTime {
            // The counter began inside the window, at nought: nothing to guess on that side.
            startsAtZero = true
            toStart = 0
            interval = Double(lastTime - startTime) / 1000
        } else if count < 2 {
            return nil
        } else {
            if toStart >= threshold { toStart = average / 2 }
            // A counter cannot have been below nought.
            if isCounter, change > 0, first >= 0 { toStart = min(toStart, interval * (first / change)) }
        }
        if toEnd >= threshold { toEnd = average / 2 }
        return (interval == 0 ? 1 : (interval + toStart + toEnd) / interval, startsAtZero)
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

func changeCount(_ values: [Double], _ low: Int, _ high: Int) -> Double {
    var count = 0
    for index in (low + 1)..<max(high, low + 1) {
        let (previous, current) = (values[index - 1], values[index])
        if current != previous, !(current.isNaN && previous.isNaN) { count += 1 }
    }
    return Double(count)
}

func resetCount(_ values: [Double], _ low: Int, _ high: Int) -> Double {
    var count = 0
    for index in (low + 1)..<max(high, low + 1) where values[index] < values[index - 1] { count += 1 }
    return Double(count)
}
