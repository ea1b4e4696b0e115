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
    let start: Timestamp

    func buildInfo() -> HTTPResponse {
        APIAnswer.success { json in
            json.object { json in
                json.member("application", "Lapwing")
                json.member("version", LapwingVersion.text)
                json.member("revision", "")
                json.member("branch", "")
                json.member("buildUser", "")
                json.member("buildDate", "")
                json.member("goVersion", "")
            }
        }
    }

    func storage(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try parameters.limit()
        let statistics = store.statistics
        let cardinalities = store.cardinalities(limit: limit > 0 ? limit : 10)
        return APIAnswer.success { json in
            json.object { json in
                json.key("headStats")
                json.object { json in
                    json.key("numSeries")
                    json.integer(statistics.series)
                    json.key("chunkCount")
                    json.integer(statistics.chunks)
                    json.key("minTime")
                    json.integer(statistics.oldest?.milliseconds ?? 0)
                    json.key("maxTime")
                    json.integer(statistics.newest?.milliseconds ?? 0)
                }
                json.rows("seriesCountByMetricName", cardinalities.seriesByMetric)
                json.rows("labelValueCountByLabelName", cardinalities.valuesByLabel)
                json.rows("memoryInBytesByLabelName", cardinalities.bytesByLabel)
                json.rows("seriesCountByLabelValuePair", cardinalities.seriesByPair)
            }
        }
    }

    /// A page for machines that ask whether the service and its parts are well.
    func health(now: Timestamp) -> HTTPResponse {
        let statuses = scheduler.statuses
        let failing = statuses.flatMap(\.state.rules).count { $0.health == .bad }
        let targets = scrapes.activeTargets
        let down = targets.count { $0.health == .down }
        let counts = store.counts
        var json = JSONWriter()
        json.object { json in
            json.member("status", failing == 0 && down == 0 ? "ok" : "degraded")
            json.key("timestamp")
            json.time(now)
            json.member("version", LapwingVersion.text)
            json.key("uptime")
            json.number(now.duration(since: start) / .seconds(1))
            json.key("components")
            json.object { json in
                json.component("storage", "ok", [("series", counts.series), ("samples", counts.samples)])
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
                    json.key("value")
                    json.integer(row.count)
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
