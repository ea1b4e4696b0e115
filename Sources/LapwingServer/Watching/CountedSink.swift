import Lapwing
import LapwingSeries

/// A sink in front of the store that counts what is taken and what is refused, in Prometheus' words.
final class CountedSink: SampleSink {
    private let sink: any SampleSink
    private let appended: (floats: Counter, histograms: Counter)
    private let refused: [RefusedSample.Reason: Counter]

    init(_ sink: any SampleSink, _ instruments: Instruments) {
        self.sink = sink
        func appended(_ type: String) -> Counter {
            instruments.counter("lapwing_tsdb_head_samples_appended_total", ["type": type], help: "Samples stored.")
        }
        self.appended = (appended("float"), appended("histogram"))
        let reasons: [(RefusedSample.Reason, String, String)] = [
            (.outOfOrder, "lapwing_tsdb_out_of_order_samples_total", "Samples refused as older than the newest of their series."),
            (.duplicateTimestamp, "lapwing_tsdb_duplicate_samples_total", "Samples refused as second at their time with another value."),
            (.tooOld, "lapwing_tsdb_too_old_samples_total", "Samples refused as older than anything that is kept."),
            (.tooFarInFuture, "lapwing_tsdb_out_of_bound_samples_total", "Samples refused as too far in the future."),
        ]
        refused = Dictionary(uniqueKeysWithValues: reasons.map { ($0.0, instruments.counter($0.1, help: $0.2)) })
    }

    /// Series that are asked for at once: for so long the store waits, and rules with it.
    private static let seriesAtOnce = 4096

    func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] {
        if labels.count <= Self.seriesAtOnce { return try sink.references(for: labels) }
        var references: [SeriesReference] = []
        references.reserveCapacity(labels.count)
        for start in stride(from: 0, to: labels.count, by: Self.seriesAtOnce) {
            references += try sink.references(for: Array(labels[start..<min(start + Self.seriesAtOnce, labels.count)]))
        }
        return references
    }

    @discardableResult
    func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] {
        let refused = try sink.append(batch)
        var floats = batch.series.count
        for sample in refused {
            if sample.index < batch.series.count { floats -= 1 }
            self.refused[sample.reason]?.increment()
        }
        appended.floats.increment(by: floats)
        appended.histograms.increment(by: batch.count - refused.count - floats)
        return refused
    }
}
