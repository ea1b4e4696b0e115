import LapwingSeries
import Synchronization

extension Store {
    /// What the store holds now.
    ///
    /// - Complexity: O(series).
    public var statistics: StoreStatistics {
        writer.withLock { state in
            var statistics = StoreStatistics()
            statistics.series = state.ordinals.count
            statistics.samples = state.workspace.samples
            statistics.labelBytes = state.labelBytes
            var span = (oldest: Int64.max, newest: Int64.min)
            for page in state.pages { page?.withLock { $0.measure(into: &statistics, &span) } }
            if span.oldest <= span.newest {
                statistics.oldest = Timestamp(milliseconds: span.oldest)
                statistics.newest = Timestamp(milliseconds: span.newest)
            }
            return statistics
        }
    }

    /// Series and samples held, without looking at each series.
    public var counts: (series: Int, samples: Int) {
        writer.withLock { ($0.ordinals.count, $0.workspace.samples) }
    }

    /// The time of the newest sample that was ever there; nil before the first.
    public var newestTime: Timestamp? {
        writer.withLock { $0.newestTime == .min ? nil : Timestamp(milliseconds: $0.newestTime) }
    }

    /// Series that were made since the start, and that retention removed.
    public var turnover: (created: Int, removed: Int) { writer.withLock { ($0.created, $0.removed) } }

    /// The largest labels by series, values and bytes, at most `limit` of each.
    ///
    /// - Complexity: O(distinct label values).
    public func cardinalities(limit: Int = 10) -> LabelCardinalities {
        let index = index.withLock { $0.index }
        var result = LabelCardinalities()
        index.forEachName { name, values in
            let text = name.text
            var bytes = 0
            values.forEach { value, series in
                bytes += value.count
                let row = LabelCardinalities.Row(name: Symbol(value).text, count: Int(series.count))
                if text == LabelName.metric { result.seriesByMetric.append(row) }
                result.seriesByPair.append(.init(name: text + "=" + row.name, count: row.count))
            }
            result.pairs += values.count
            result.valuesByLabel.append(.init(name: text, count: values.count))
            result.bytesByLabel.append(.init(name: text, count: bytes))
        }
        func largest(_ rows: [LabelCardinalities.Row]) -> [LabelCardinalities.Row] {
            Array(rows.sorted { $0.count != $1.count ? $0.count > $1.count : $0.name < $1.name }.prefix(limit))
        }
        result.seriesByMetric = largest(result.seriesByMetric)
        result.valuesByLabel = largest(result.valuesByLabel)
        result.bytesByLabel = largest(result.bytesByLabel)
        result.seriesByPair = largest(result.seriesByPair)
        return result
    }
}
