import LapwingSeries

/// The series that say how a target's scrapes went.
struct ScrapeReport: Sendable {
    static let names = [
        "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
    ]

    private let labels: [Labels]

    /// - Parameter target: the labels that its series have.
    init(_ target: Labels) { labels = Self.names.map { target.setting(LabelName.metric, $0) } }

    func append(
        _ outcome: ScrapeOutcome, elapsed: Duration, at time: Timestamp, to batch: inout SampleBatch,
        _ sink: some SampleSink
    ) throws(AppendError) {
        let (seconds, attoseconds) = elapsed.components
        try append(
            [
                outcome.error == nil ? 1 : 0, Double(seconds) + Double(attoseconds) / 1e18, Double(outcome.scraped),
                Double(outcome.kept), Double(outcome.added),
            ], at: time, to: &batch, sink)
    }

    func appendStaleMarkers(
        at time: Timestamp, to batch: inout SampleBatch, _ sink: some SampleSink
    ) throws(AppendError) {
        try append(Self.names.map { _ in StaleMarker.value }, at: time, to: &batch, sink)
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
