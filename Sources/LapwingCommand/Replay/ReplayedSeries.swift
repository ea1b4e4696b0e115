import LapwingSeries
import LapwingStorage

/// Keeps what replayed rules have written as a data directory.
enum ReplayedSeries {
    /// - Parameter end: the last instant that was replayed.
    static func write(_ store: Store, through end: Timestamp, to folder: String) throws(QueryFailure) {
        do {
            let range = TimeRange(start: .distantPast, end: end)
            let (kept, _) = try Store.open(folder, options: StoreOptions(retention: nil))
            let set = try store.snapshot().select([], over: range)
            let references = try kept.references(for: set.labels)
            var columns = SampleColumns()
            for (index, reference) in references.enumerated() {
                try set.read(index, over: range, into: &columns)
                var batch = SampleBatch()
                for (time, value) in zip(columns.times, columns.values) { batch.append(reference, time: time, value: value) }
                for (time, histogram) in zip(columns.histogramTimes, columns.histograms) { batch.append(reference, time: time, histogram: histogram) }
                try kept.append(batch)
            }
            try kept.close()
        } catch {
            throw QueryFailure("lapwing: \(folder): \(error)")
        }
    }
}
