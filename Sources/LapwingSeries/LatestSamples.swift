/// The newest sample of each series of a set within a span of time: what an instant vector selector reads.
///
/// Row i belongs to series i of the set. A row whose time is `Int64.min` has no sample there; a newest sample that is
/// a stale marker counts as none.
public struct LatestSamples: Sendable {
    public static let absent = Int64.min

    public var times: [Int64] = []
    /// The value of a float; unspecified where the sample is a histogram.
    public var values: [Double] = []
    public var startTimes: [Int64] = []
    /// Histograms by row, for the rows that hold one.
    public var histograms: [Int: NativeHistogram] = [:]

    public init() {}

    public mutating func removeAll() {
        times.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        startTimes.removeAll(keepingCapacity: true)
        histograms.removeAll(keepingCapacity: true)
    }

    public mutating func reserveCapacity(_ count: Int) {
        times.reserveCapacity(count)
        values.reserveCapacity(count)
        startTimes.reserveCapacity(count)
    }

    /// Adds a row: the newest sample of `columns`, or none.
    public mutating func append(newestOf columns: SampleColumns) {
        let floatTime = columns.times.last ?? Self.absent
        let histogramTime = columns.histogramTimes.last ?? Self.absent
        if histogramTime > floatTime, let histogram = columns.histograms.last, !histogram.isStaleMarker {
            histograms[times.count] = histogram
            append(time: histogramTime, value: 0, startTime: columns.histogramStartTimes.last ?? 0)
        } else if floatTime > histogramTime, let value = columns.values.last, !value.isStaleMarker {
            append(time: floatTime, value: value, startTime: columns.startTimes.last ?? 0)
        } else {
            append(time: Self.absent, value: StaleMarker.value, startTime: 0)
        }
    }

    public mutating func append(time: Int64, value: Double, startTime: Int64 = 0) {
        times.append(time)
        values.append(value)
        startTimes.append(startTime)
    }
}
