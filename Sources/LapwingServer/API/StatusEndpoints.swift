import Lapwing
import LapwingHTTP
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText

/// What the server says of itself: build, health, store.
struct StatusEndpoints: Sendable {
    let store: Store
    let scheduler: RuleScheduler
    let scrapes: ScrapeManager
    /// By the steady clock: the time that the service has been up never goes back.
    let start: ContinuousClock.Instant

    /// The version is that of Prometheus whose API this is: Grafana and others choose what they ask for by it.
    func buildInfo() -> HTTPResponse {
        APIAnswer.success { json in
            json.object { json in
                json.member("version", Self.prometheusVersion)
                json.member("revision", LapwingVersion.text)
                json.member("branch", "lapwing")
                json.member("buildUser", "")
                json.member("buildDate", "")
                json.member("goVersion", "")
                json.member("application", "Lapwing")
            }
        }
    }

    static let prometheusVersion = "3.14.0"

    func storage(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let limit = try Self.limit(try RequestParameters(request, now: now).text("limit"))
        let statistics = store.statistics
        let cardinalities = store.cardinalities(limit: limit)
        return APIAnswer.success { json in
            json.object { json in
                json.key("headStats")
                json.object { json in
                    for (name, value) in [
                        ("numSeries", Int64(statistics.series)), ("numLabelPairs", Int64(cardinalities.pairs)), ("chunkCount", Int64(statistics.chunks)),
                        ("minTime", statistics.oldest?.milliseconds ?? .max), ("maxTime", statistics.newest?.milliseconds ?? .min),
                    ] {
                        json.key(name)
                        json.integer(value)
                    }
                }
                json.rows("seriesCountByMetricName", cardinalities.seriesByMetric)
                json.rows("labelValueCountByLabelName", cardinalities.valuesByLabel)
                json.rows("memoryInBytesByLabelName", cardinalities.bytesByLabel)
                json.rows("seriesCountByLabelValuePair", cardinalities.seriesByPair)
            }
        }
    }

    /// Rows of each list that `status/tsdb` gives at most.
    private static let maximumRows = 10_000

    private static func limit(_ text: String?) throws(APIError) -> Int {
        guard let text else { return 10 }
        guard let limit = Int(text), limit >= 1 else { throw APIError(.badData, "limit must be a positive number") }
        guard limit <= maximumRows else { throw APIError(.badData, "limit must not exceed \(maximumRows)") }
        return limit
    }

    /// A page for machines that ask whether the service and its parts are well.
    func health(now: Timestamp) -> HTTPResponse {
        let statuses = scheduler.statuses
        let failing = statuses.flatMap(\.state.rules).count { $0.health == .bad }
        let targets = scrapes.activeTargets
        let down = targets.count { $0.health == .down }
        let (counts, isRefusing) = (store.counts, store.diskFigures?.isRefusing == true)
        var json = JSONWriter()
        json.object { json in
            json.member("status", failing == 0 && down == 0 && !isRefusing ? "ok" : "degraded")
            json.key("timestamp")
            json.time(now)
            json.member("version", LapwingVersion.text)
            json.key("uptime")
            json.number((ContinuousClock.now - start) / .seconds(1))
            json.key("components")
            json.object { json in
                // What the disk does not take is refused, and everything else goes on.
                json.component("storage", isRefusing ? "error" : "ok", [("series", counts.series), ("samples", counts.samples)])
                json.component(
                    "rules", failing == 0 ? "ok" : "degraded",
                    [("groups", statuses.count), ("rules", statuses.reduce(0) { $0 + $1.group.rules.count }), ("failing", failing)])
                json.component("scrapes", down == 0 ? "ok" : "degraded", [("targets", targets.count), ("down", down)])
            }
        }
        return .json(json.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func rows(_ name: String, _ rows: [LabelCardinalities.Row]) {
        key(name)
        array { json in
            for row in rows {
                json.object { json in
                    json.member("name", row.name)
                    json.member("value", row.count)
                }
            }
        }
    }

    fileprivate mutating func component(_ name: String, _ status: String, _ counts: [(String, Int)]) {
        key(name)
        object { json in
            json.member("status", status)
            for (name, count) in counts {
                json.key(name)
                json.integer(count)
            }
        }
    }
}
