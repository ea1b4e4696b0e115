import LapwingSeries

/// The instants at which a query, or a subquery within it, is evaluated: milliseconds since the epoch.
struct StepGrid: Sendable, Hashable {
    let start: Int64
    /// At least 1.
    let step: Int64
    /// At least 1.
    let count: Int

    init(start: Int64, step: Int64, count: Int) {
        precondition(step >= 1 && count >= 1, "a grid has at least one instant and a step")
        self.start = start
        self.step = step
        self.count = count
    }

    /// Nil when the end lies before the start.
    init?(from start: Timestamp, through end: Timestamp, step: Duration) {
        self.init(from: start.milliseconds, through: end.milliseconds, step: step.milliseconds)
    }

    init?(from start: Int64, through end: Int64, step: Int64) {
        let step = max(1, step)
        let (span, overflow) = end.subtractingReportingOverflow(start)
        guard end >= start else { return nil }
        let steps = (overflow ? Int64.max : span) / step
        self.init(start: start, step: step, count: steps < Int64(Int.max) ? Int(steps) + 1 : Int.max)
    }

    /// The instant of a step; stays within 64 bits because the last one does.
    func time(_ index: Int) -> Int64 { start &+ step &* Int64(index) }

    var end: Int64 { time(count - 1) }

    var times: [Int64] { (0..<count).map(time) }

    /// The first instant alone.
    var first: StepGrid { StepGrid(start: start, step: step, count: 1) }
}

/// Where the samples that an instant needs lie: `offset` back from it, or from a fixed `anchor`.
struct TimeShift: Sendable, Hashable {
    /// Milliseconds; negative looks ahead.
    var offset: Int64 = 0
    /// The time of `@`, in milliseconds.
    var anchor: Int64?

    func apply(_ time: Int64) -> Int64 {
        let (shifted, overflow) = (anchor ?? time).subtractingReportingOverflow(offset)
        return overflow ? (offset > 0 ? Int64.min / 2 : Int64.max / 2) : shifted
    }

    var isFixed: Bool { anchor != nil }
}
