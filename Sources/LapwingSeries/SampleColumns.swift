/// The samples of one series over a span of time, as columns; what a source decodes into and an operator reads.
///
/// Times ascend strictly over floats and histograms together. Stale markers are among the values. Reused from series
/// to series, so that a query allocates once.
public struct SampleColumns: Sendable {
    /// Milliseconds since the epoch, one for each of `values`.
    public var times: [Int64] = []
    public var values: [Double] = []
    /// When the counting that each value continues began, in milliseconds; 0 unknown. Empty, or one for each value.
    public var startTimes: [Int64] = []

    public var histogramTimes: [Int64] = []
    public var histograms: [NativeHistogram] = []
    /// As `startTimes`, for the histograms.
    public var histogramStartTimes: [Int64] = []

    /// What `times` were made from, where a source says so; whoever changes them sets it to nil.
    ///
    /// Series of one scrape share their times. A source that finds the origin of what it is asked for here leaves
    /// `times` as they are.
    public var timesOrigin: (any TimesOrigin)?

    public init() {}

    public var isEmpty: Bool { times.isEmpty && histogramTimes.isEmpty }

    /// Samples held, floats and histograms.
    public var count: Int { times.count + histogramTimes.count }

    public mutating func removeAll() {
        times.removeAll(keepingCapacity: true)
        timesOrigin = nil
        removeAllButTimes()
    }

    /// Keeps the times and what they were made from, for a source that may need them again.
    public mutating func removeAllButTimes() {
        values.removeAll(keepingCapacity: true)
        // Emptying an array asks whether somebody else holds it, which costs more than looking.
        if !startTimes.isEmpty { startTimes.removeAll(keepingCapacity: true) }
        if histogramTimes.isEmpty { return }
        histogramTimes.removeAll(keepingCapacity: true)
        histograms.removeAll(keepingCapacity: true)
        histogramStartTimes.removeAll(keepingCapacity: true)
    }
}

/// What a column of times was made from, in a source's own terms.
public protocol TimesOrigin: AnyObject, Sendable {}
