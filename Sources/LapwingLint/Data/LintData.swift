import LapwingPromQL
public import LapwingSeries

/// Recorded data that rules are held against.
public struct LintData: Sendable {
    public var snapshot: any SeriesSnapshot
    /// Types by metric, as far as they are known.
    public var metadata: [String: MetricMetadata]
    /// When there are samples.
    public var times: TimeRange

    /// How long after its last sample a series counts as there.
    static let lookback = EngineOptions().lookbackDelta
    /// The alerts are replayed over at most this long, up to the end.
    static let replayed = Duration.seconds(7 * 86_400)

    public init(snapshot: any SeriesSnapshot, metadata: [String: MetricMetadata] = [:], times: TimeRange) {
        (self.snapshot, self.metadata, self.times) = (snapshot, metadata, times)
    }

    /// What is known of a metric, by its own name or its family's.
    func metadata(of metric: String) -> MetricMetadata? {
        MetricMetadata.ofSeries(metric, in: metadata)
    }
}
