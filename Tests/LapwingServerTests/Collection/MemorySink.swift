import LapwingSeries
import Synchronization

/// A sink that is a dictionary of lists: the twin of the store, with upstream's rules for order.
final class MemorySink: SampleSink {
    struct State {
        var references: [Labels: SeriesReference] = [:]
        var samples: [SeriesReference: [(time: Int64, value: Double)]] = [:]
        var batches = 0
        var nextReference: UInt64 = 1
        var failure: AppendError?
    }

    let state = Mutex(State())

    func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] {
        try state.withLock { state throws(AppendError) in
            if let failure = state.failure { throw failure }
            return labels.map { labels in
                if let known = state.references[labels] { return known }
                let reference = SeriesReference(state.nextReference)
                state.nextReference += 1
                state.references[labels] = reference
                state.samples[reference] = []
                return reference
            }
        }
    }

    func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] {
        try state.withLock { state throws(AppendError) in
            if let failure = state.failure { throw failure }
            state.batches += 1
            var refused: [RefusedSample] = []
            for index in batch.series.indices {
                guard let samples = state.samples[batch.series[index]] else {
                    refused.append(RefusedSample(index: index, reason: .unknownSeries))
                    continue
                }
                let last = samples.last?.time ?? .min
                if batch.times[index] < last {
                    refused.append(RefusedSample(index: index, reason: .outOfOrder))
                } else if batch.times[index] == last {
                    refused.append(RefusedSample(index: index, reason: .duplicateTimestamp))
                } else {
                    state.samples[batch.series[index]]?.append((batch.times[index], batch.values[index]))
                }
            }
            return refused
        }
    }

    /// Forgets a series, as a store does with one that had no samples for long.
    func forget(_ labels: Labels) {
        state.withLock { state in
            if let reference = state.references.removeValue(forKey: labels) { state.samples[reference] = nil }
        }
    }

    func fail(with error: AppendError?) { state.withLock { $0.failure = error } }

    var names: Set<Labels> { state.withLock { Set($0.references.keys) } }

    var batches: Int { state.withLock { $0.batches } }

    /// `series: value@time …` for each series but the report's, in order; a stale marker is `stale`.
    func told(including isIncluded: (String) -> Bool = { !$0.hasPrefix("scrape_") && $0 != "up" }) -> [String] {
        state.withLock { state in
            state.references.filter { isIncluded($0.key.metricName) }.sorted { $0.key < $1.key }.map {
                labels, reference in
                let samples = (state.samples[reference] ?? []).map { sample in
                    "\(sample.value.isStaleMarker ? "stale" : "\(sample.value)")@\(sample.time)"
                }
                return "\(labels.dropping(["job", "instance"]).seriesText): \(samples.joined(separator: " "))"
            }
        }
    }

    /// The values of one report series.
    func report(_ name: String) -> [Double] {
        state.withLock { state in
            state.references.filter { $0.key.metricName == name }.flatMap { state.samples[$0.value] ?? [] }.map(\.value)
        }
    }
}
