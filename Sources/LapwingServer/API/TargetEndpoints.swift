import LapwingHTTP
import LapwingSeries
import LapwingText

/// `targets` and `metadata`.
struct TargetEndpoints: Sendable {
    let scrapes: ScrapeManager
    let written: WrittenMetadata
    let externalURL: String
    let listenPort: Int

    func targets(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let state = parameters.text("state") ?? "any"
        let pool = parameters.text("scrapePool")
        let external = try? HTTPURL(externalURL)
        let active = state == "dropped" ? [] : scrapes.activeTargets.filter { pool == nil || $0.scrapePool == pool }
        let dropped = state == "active" ? [] : scrapes.droppedTargets.filter { pool == nil || $0.pool == pool }
        let counts = scrapes.droppedTargetCounts
        let port = listenPort
        return APIAnswer.success { json in
            json.object { json in
                json.key("activeTargets")
                json.array { json in
                    for target in active {
                        let global = target.globalURL(
                            externalScheme: external?.scheme ?? "http", externalHost: external?.authority ?? "", listenPort: port)
                        json.target(target, globalURL: global)
                    }
                }
                json.key("droppedTargets")
                json.array { json in
                    for target in dropped {
                        json.object { json in
                            json.key("discoveredLabels")
                            json.labels(target.discoveredLabels)
                            json.member("scrapePool", target.pool)
                        }
                    }
                }
                json.key("droppedTargetCounts")
                json.object { json in
                    for (pool, count) in counts.sorted(by: { $0.key < $1.key }) {
                        json.key(pool)
                        json.integer(count)
                    }
                }
            }
        }
    }

    func metadata(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try parameters.limit()
        let perMetric = try parameters.limit("limit_per_metric")
        var found: [String: [MetricMetadata]] = [:]
        for entry in scrapes.activeTargets.flatMap(\.metadata) + written.all {
            if let name = parameters.text("metric"), name != entry.name { continue }
            if found[entry.name]?.contains(entry) != true { found[entry.name, default: []].append(entry) }
        }
        let names = found.keys.sorted().prefix(limit > 0 ? limit : found.count)
        return APIAnswer.success { json in
            json.object { json in
                for name in names {
                    json.key(name)
                    json.array { json in
                        for entry in (found[name] ?? []).prefix(perMetric > 0 ? perMetric : Int.max) {
                            json.object { json in
                                json.member("type", entry.kind.rawValue)
                                json.member("help", entry.help)
                                json.member("unit", entry.unit)
                            }
                        }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func target(_ target: TargetStatus, globalURL: String) {
        object { json in
            json.key("discoveredLabels")
            json.labels(target.discoveredLabels)
            json.key("labels")
            json.labels(target.labels)
            json.member("scrapePool", target.scrapePool)
            json.member("scrapeUrl", target.scrapeURL)
            json.member("globalUrl", globalURL)
            json.member("lastError", target.lastError)
            json.key("lastScrape")
            json.time(target.lastScrape)
            json.key("lastScrapeDuration")
            json.number(target.lastScrapeDuration / .seconds(1))
            json.member("health", target.health.rawValue)
            json.member("scrapeInterval", target.scrapeInterval)
            json.member("scrapeTimeout", target.scrapeTimeout)
        }
    }
}
