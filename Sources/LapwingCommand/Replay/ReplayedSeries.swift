import LapwingBlocks
import LapwingSeries
import LapwingStorage
import LapwingText

/// Keeps what replayed rules have written as a data directory.
enum ReplayedSeries {
    /// - Parameter end: the last instant that was replayed.
    static func write(_ store: Store, through end: Timestamp, to folder: String) throws(QueryFailure) {
        if PrometheusData.isData(folder) { throw QueryFailure("lapwing: \(folder) is Prometheus' own, and only read; write to a new directory") }
        var refused = 0
        do {
            let range = TimeRange(start: .distantPast, end: end)
            // An earlier time may be replayed into the directory of a later one.
            let (kept, _) = try Store.open(folder, options: StoreOptions(retention: nil, outOfOrderWindow: .seconds(Int64.max / 4000)))
            let set = try store.snapshot().select([], over: range)
            let references = try kept.references(for: set.labels)
            var columns = SampleColumns()
            for (index, reference) in references.enumerated() {
                try set.read(index, over: range, into: &columns)
                var batch = SampleBatch()
                for (time, value) in zip(columns.times, columns.values) { batch.append(reference, time: time, value: value) }
                for (time, histogram) in zip(columns.histogramTimes, columns.histograms) { batch.append(reference, time: time, histogram: histogram) }
                refused += try kept.append(batch).count
            }
            try kept.close()
        } catch {
            throw QueryFailure("lapwing: \(folder): \(error)")
        }
        if refused > 0 {
            let count = Counted.text(refused, "sample")
            throw QueryFailure("lapwing: \(folder) has other values of the same series and times: \(count) left out; write to a new directory")
        }
    }
}
