import LapwingSeries
import Synchronization

/// The hints that a store has for the histograms of one series, whatever was written: known not to be reset where one continues the
/// one before it, unknown where it does not.
///
/// Source: Prometheus 3.14 `tsdb/chunkenc/histogram_meta.go`, `counterResetHint`.
struct ResetHints {
    /// As it was written; nil at the beginning, and after a float.
    private var last: NativeHistogram?

    mutating func passFloat() { last = nil }

    /// The next histogram of the series, with its hint.
    mutating func settled(_ histogram: NativeHistogram) -> NativeHistogram {
        var settled = histogram
        if histogram.counterResetHint != .gauge {
            settled.counterResetHint = last.map { histogram.continues($0) } ?? false ? .notReset : .unknown
        }
        last = histogram
        return settled
    }
}

/// A sink in front of a test's store, whose histograms have the hints that Prometheus' store would have for them: an expectation says them.
///
/// A batch has floats and histograms of one series in no other order than floats first.
final class HintingSink: SampleSink {
    private let sink: any SampleSink
    /// Of the series that have histograms.
    private let hints = Mutex<[SeriesReference: ResetHints]>([:])

    init(_ sink: any SampleSink) { self.sink = sink }

    func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] { try sink.references(for: labels) }

    @discardableResult
    func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] {
        var settled = batch
        hints.withLock { hints in
            if !hints.isEmpty { for series in batch.series { hints[series]?.passFloat() } }
            for (index, series) in batch.histogramSeries.enumerated() {
                settled.histograms[index] = hints[series, default: ResetHints()].settled(batch.histograms[index])
            }
        }
        return try sink.append(settled)
    }
}
