import LapwingSeries

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
