import LapwingSeries

/// Where the windows of a range function lie: at each step, from `start(of:)`, left out, to `end(of:)`, taken in.
struct WindowFrame: Sendable, Hashable {
    let grid: StepGrid
    let shift: TimeShift
    /// Milliseconds.
    let window: Int64

    func end(of step: Int) -> Int64 { shift.apply(grid.time(step)) }

    func start(of step: Int) -> Int64 {
        let (start, overflow) = end(of: step).subtractingReportingOverflow(window)
        return overflow ? Int64.min : start
    }

    /// Everything that any window takes in.
    var range: TimeRange {
        let (first, overflow) = start(of: 0).addingReportingOverflow(1)
        return TimeRange(
            start: Timestamp(milliseconds: overflow ? .max : first), end: Timestamp(milliseconds: end(of: grid.count - 1)))
    }
}

/// Which samples of a column of times each step's window holds: `low[step]..<high[step]`.
///
/// Series of one scrape share their times, so the bounds of one series are mostly those of the next: they are computed
/// anew only when the times differ.
struct WindowBounds: Sendable {
    let frame: WindowFrame
    private(set) var low: [Int32]
    private(set) var high: [Int32]
    /// Counts the times that the bounds changed, for what is derived from them.
    private(set) var generation = 0
    private var times: [Int64] = []

    init(_ frame: WindowFrame) {
        self.frame = frame
        low = Array(repeating: 0, count: frame.grid.count)
        high = low
    }

    /// Brings the bounds up to date for a column of times, ascending.
    ///
    /// - Complexity: O(times) to compare; O(times + steps), or O(steps × log times) for few steps, to compute.
    mutating func update(_ newTimes: [Int64]) {
        if low.count == 1 { return updateSingle(newTimes) }
        if newTimes == times { return }
        times = newTimes
        generation += 1
        let steps = frame.grid.count
        if steps &* 16 < newTimes.count { search(steps) } else { walk(steps) }
    }

    /// One window's bounds cost less than comparing times.
    private mutating func updateSingle(_ newTimes: [Int64]) {
        generation += 1
        let (start, end) = (frame.start(of: 0), frame.end(of: 0))
        if let first = newTimes.first, let last = newTimes.last, first > start, last <= end {
            low[0] = 0
            high[0] = Int32(truncatingIfNeeded: newTimes.count)
        } else {
            times = newTimes
            search(1)
        }
    }

    /// Two indices that only move forward.
    private mutating func walk(_ steps: Int) {
        let count = times.count
        var first = 0
        var last = 0
        for step in 0..<steps {
            let end = frame.end(of: step)
            let start = frame.start(of: step)
            while last < count, times[last] <= end { last += 1 }
            while first < last, times[first] <= start { first += 1 }
            low[step] = Int32(truncatingIfNeeded: first)
            high[step] = Int32(truncatingIfNeeded: last)
        }
    }

    private mutating func search(_ steps: Int) {
        for step in 0..<steps {
            let last = countOfTimes(notAfter: frame.end(of: step))
            high[step] = Int32(truncatingIfNeeded: last)
            low[step] = Int32(truncatingIfNeeded: min(last, countOfTimes(notAfter: frame.start(of: step))))
        }
    }

    private func countOfTimes(notAfter time: Int64) -> Int {
        guard let first = times.first, first <= time else { return 0 }
        if let last = times.last, last <= time { return times.count }
        var (lower, upper) = (0, times.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if times[middle] <= time { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}

/// What a range function computes from, reused from series to series.
struct WindowScratch: Sendable {
    var columns = SampleColumns()
    /// Whether the values are known to ascend, so that a counter has not begun anew.
    private(set) var ascends = false
    var bounds: WindowBounds
    var spans = RateSpans()
    /// Resets, changes and the like before each sample.
    var counts: [Int32] = []
    /// The window's values in order, for quantiles; or places in it, for extremes.
    var ordered: [Double] = []
    var places: [Int32] = []
    /// Sums of the values before each sample, in two parts.
    var sums: PrefixSums = PrefixSums()

    init(_ frame: WindowFrame) { bounds = WindowBounds(frame) }

    var frame: WindowFrame { bounds.frame }

    /// Drops the stale markers of samples that were read, and finds out whether the values ascend.
    mutating func prepareColumns() {
        ascends = columns.ascends
        if !ascends { columns.removeStaleMarkers() }
    }

    /// Brings the bounds up to date with the columns' times.
    mutating func updateBounds() { bounds.update(columns.times) }
}
