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
    /// All steps, some at a time.
    private(set) var blocks: [Block] = []
    private var generation = -1

    /// Steps that are computed in one go, where nothing stands in the way.
    struct Block: Sendable {
        static let length = 128

        let steps: Range<Int>
        /// Whether every window has two samples at least.
        let isFull: Bool
        /// Whether both ends of the windows move on by one sample from step to step.
        let isSliding: Bool

        fileprivate init(_ steps: Range<Int>, _ bounds: WindowBounds) {
            self.steps = steps
            var (isFull, isSliding) = (true, true)
            let (low, high) = (bounds.low[steps.lowerBound], bounds.high[steps.lowerBound])
            for step in steps {
                let moved = Int32(truncatingIfNeeded: step - steps.lowerBound)
                isFull = isFull && bounds.high[step] - bounds.low[step] > 1
                isSliding = isSliding && bounds.low[step] == low + moved && bounds.high[step] == high + moved
            }
            (self.isFull, self.isSliding) = (isFull, isSliding)
        }
    }

    subscript(step: Int) -> RateWindow { RateWindow(interval: interval[step], toStart: toStart[step], toEnd: toEnd[step]) }

    /// - Parameter kind: always the same, as the windows of one function are.
    /// - Complexity: O(steps) when the bounds have changed, else O(1).
    mutating func update(_ bounds: WindowBounds, _ times: [Int64], _ kind: RateKind) {
        if bounds.generation == generation { return }
        generation = bounds.generation
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
            factor[step] = window.factor(kind, bounds.frame)
        }
        blocks = stride(from: 0, to: steps, by: Block.length).map { Block($0..<min($0 + Block.length, steps), bounds) }
    }
}

/// How a window's samples lie in it, in seconds.
struct RateWindow {
    var interval = 0.0
    var toStart = 0.0
    var toEnd = 0.0

    private init() {}

    fileprivate init(interval: Double, toStart: Double, toEnd: Double) {
        (self.interval, self.toStart, self.toEnd) = (interval, toStart, toEnd)
    }

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
    func extrapolated(_ change: Double, first: Double, _ kind: RateKind, _ frame: WindowFrame) -> Double {
        var window = self
        if kind.isCounter { window.stopAtNought(first: first, change: change) }
        return change * window.factor(kind, frame)
    }

    /// A counter cannot have been below nought: it is extended towards the start no further than to where it was there.
    mutating func stopAtNought(first: Double, change: Double) {
        if isBelowNought(first: first, change: change) { toStart = min(toStart, interval * (first / change)) }
    }

    /// Whether a counter that is extended to the start would have been below nought there; true for nearly none, and known without a
    /// division.
    func isBelowNought(first: Double, change: Double) -> Bool { change > 0 && first >= 0 && interval * first < toStart * change }

    /// What the change between the samples is multiplied by.
    func factor(_ kind: RateKind, _ frame: WindowFrame) -> Double {
        kind.value(ofChange: interval == 0 ? 1 : (interval + toStart + toEnd) / interval, over: frame.window)
    }
}
