import LapwingConfiguration
import LapwingSeries

/// The series that say how a target's scrapes went.
struct ScrapeReport: Sendable {
    static let names = [
        "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
    ]

    /// What `extra_scrape_metrics` adds.
    static let moreNames = ["scrape_timeout_seconds", "scrape_sample_limit", "scrape_body_size_bytes"]

    private let labels: [Labels]
    /// The target's limits, where they are reported.
    private let limits: [Double]?

    init(_ target: ScrapeTarget) {
        let reportsMore = target.configuration.reportsMore
        labels = (Self.names + (reportsMore ? Self.moreNames : [])).map { target.labels.setting(LabelName.metric, $0) }
        limits = reportsMore ? [target.timeout / .seconds(1), Double(target.configuration.sampleLimit)] : nil
    }

    func append(
        _ outcome: ScrapeOutcome, elapsed: Duration, at time: Timestamp, to batch: inout SampleBatch,
        _ sink: some SampleSink
    ) throws(AppendError) {
        let (seconds, attoseconds) = elapsed.components
        try append(
            [
                outcome.error == nil ? 1 : 0, Double(seconds) + Double(attoseconds) / 1e18, Double(outcome.scraped),
                Double(outcome.kept), Double(outcome.added),
            ] + (limits.map { $0 + [Double(outcome.bodySize)] } ?? []), at: time, to: &batch, sink)
    }

    func appendStaleMarkers(
        at time: Timestamp, to batch: inout SampleBatch, _ sink: some SampleSink
    ) throws(AppendError) {
        try append(labels.map { _ in StaleMarker.value }, at: time, to: &batch, sink)
    }

    private func append(
        _ values: [Double], at time: Timestamp, to batch: inout SampleBatch, _ sink: some SampleSink
    ) throws(AppendError) {
        // Asked for each time: five look-ups a scrape, and a sink may forget them.
        for (reference, value) in zip(try sink.references(for: labels), values) {
            batch.append(reference, time: time.milliseconds, value: value)
        }
    }
}
