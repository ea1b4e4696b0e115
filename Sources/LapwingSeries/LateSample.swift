/// A sample that was stored though its series had newer ones.
public struct LateSample: Sendable, Hashable {
    public var series: SeriesReference
    /// Milliseconds since the epoch.
    public var time: Int64

    public init(_ series: SeriesReference, at time: Int64) {
        self.series = series
        self.time = time
    }
}
