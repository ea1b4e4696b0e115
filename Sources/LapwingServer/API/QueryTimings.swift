import LapwingPromQL
import LapwingText

/// What a query cost, as the API tells it where `stats` is asked for.
///
/// Source: Prometheus 3.14 `util/stats/query_stats.go`. Sorting and waiting are parts of nothing here, and so nought.
struct QueryTimings: Sendable {
    var preparation: Duration = .zero
    var evaluation: Duration = .zero
    var samples = QueryStatistics()
}

extension JSONWriter {
    /// The member `stats` of an object that is open.
    mutating func statistics(_ timings: QueryTimings) {
        func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
        key("stats")
        object { json in
            json.key("timings")
            json.object { json in
                for (name, duration) in [
                    ("evalTotalTime", timings.evaluation), ("resultSortTime", .zero), ("queryPreparationTime", timings.preparation),
                    ("innerEvalTime", timings.evaluation), ("execQueueTime", .zero),
                    ("execTotalTime", timings.preparation + timings.evaluation),
                ] {
                    json.key(name)
                    json.number(seconds(duration))
                }
            }
            json.key("samples")
            json.object { json in
                for (name, count) in [
                    ("totalQueryableSamples", timings.samples.samplesRead), ("samplesRead", timings.samples.samplesRead),
                    ("peakSamples", timings.samples.peakSamples),
                ] {
                    json.key(name)
                    json.integer(count)
                }
            }
        }
    }
}
