import LapwingHTTP
import LapwingSeries
import LapwingText

/// `targets`, `scrape_pools` and `metadata`.
struct TargetEndpoints: Sendable {
    let scrapes: ScrapeManager
    let written: WrittenMetadata
    let externalURL: String
    let listenPort: Int

    func targets(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let state = parameters.text("state")?.lowercased() ?? "any"
        let pool = parameters.text("scrapePool")
        let external = try? HTTPURL(externalURL)
        let (showsActive, showsDropped) = (["any", "active"].contains(state), ["any", "dropped"].contains(state))
        let active = scrapes.activeTargets.filter { showsActive && (pool == nil || $0.scrapePool == pool) }
        let dropped = scrapes.droppedTargets.filter { showsDropped && (pool == nil || $0.pool == pool) }
        let counts = showsDropped ? scrapes.droppedTargetCounts : nil
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
                json.array { json in for target in dropped { json.dropped(target) } }
                json.key("droppedTargetCounts")
                json.counts(counts)
            }
        }
    }

    func pools(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        APIAnswer.success { json in
            json.object { json in
                json.key("scrapePools")
                json.array { json in for pool in scrapes.pools { json.string(pool) } }
            }
        }
    }

    /// What targets say of their metrics, target by target.
    func targetMetadata(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try Self.limit(parameters, "limit")
        let matchers = try Self.targetMatchers(parameters)
        let metric = parameters.text("metric")
        var found: [(target: Labels, metadata: MetricMetadata)] = []
        for target in scrapes.activeTargets {
            // Whole targets are taken until there are enough, as in Prometheus.
            if let limit, found.count >= limit { break }
            guard matchers.allSatisfy({ $0.matches(target.labels) }) else { continue }
            for entry in target.metadata where metric == nil || entry.name == metric { found.append((target.labels, entry)) }
        }
        return APIAnswer.success { json in
            json.array { json in
                for (target, entry) in found {
                    json.object { json in
                        json.key("target")
                        json.labels(target)
                        if metric == nil { json.member("metric", entry.name) }
                        json.members(of: entry)
                    }
                }
            }
        }
    }

    private static func targetMatchers(_ parameters: RequestParameters) throws(APIError) -> [Matcher] {
        guard let text = parameters.text("match_target") else { return [] }
        do throws(APIError) {
            return try RequestParameters.matchers(in: text)
        } catch {
            throw .invalidParameter("match_target", error.message)
        }
    }

    /// A limit where 0 is none at all, and nothing or less than 0 no limit.
    private static func limit(_ parameters: RequestParameters, _ name: String) throws(APIError) -> Int? {
        guard let text = parameters.text(name) else { return nil }
        guard let limit = Int(text) else { throw APIError(.badData, "\(name) must be a number") }
        return limit < 0 ? nil : limit
    }

    func metadata(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try Self.limit(parameters, "limit")
        let perMetric = try Self.limit(parameters, "limit_per_metric").flatMap { $0 == 0 ? nil : $0 }
        let metric = parameters.text("metric")
        var found: [String: [MetricMetadata]] = [:]
        for entry in scrapes.activeTargets.flatMap(\.metadata) + written.all where metric == nil || entry.name == metric {
            if found[entry.name]?.contains(entry) != true { found[entry.name, default: []].append(entry) }
        }
        return APIAnswer.success { json in
            json.object { json in
                for name in found.keys.sorted().prefix(limit ?? found.count) {
                    json.key(name)
                    json.array { json in
                        for entry in (found[name] ?? []).prefix(perMetric ?? Int.max) { json.object { $0.members(of: entry) } }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func members(of metadata: MetricMetadata) {
        member("type", metadata.kind.rawValue)
        member("help", metadata.help)
        member("unit", metadata.unit)
    }

    fileprivate mutating func dropped(_ target: DroppedTarget) {
        object { json in
            json.key("discoveredLabels")
            json.labels(target.discoveredLabels)
            json.member("scrapePool", target.pool)
        }
    }

    fileprivate mutating func counts(_ counts: [String: Int]?) {
        guard let counts else { return null() }
        object { json in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                json.integer(count)
            }
        }
    }

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
