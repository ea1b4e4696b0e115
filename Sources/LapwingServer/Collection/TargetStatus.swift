import LapwingConfiguration
public import LapwingSeries

/// How a target is doing, as `/api/v1/targets` shows it.
public struct TargetStatus: Sendable {
    public enum Health: String, Sendable {
        /// Not scraped yet.
        case unknown
        case up, down
    }

    public internal(set) var target: ScrapeTarget
    public internal(set) var health = Health.unknown
    /// Empty when the last scrape was good.
    public internal(set) var lastError = ""
    /// When the last scrape began; nil before the first.
    public internal(set) var lastScrape: Timestamp?
    public internal(set) var lastScrapeDuration = Duration.zero
    /// What the target's pages declare, in the order of names.
    public internal(set) var metadata: [MetricMetadata] = []

    init(_ target: ScrapeTarget) { self.target = target }

    /// The job by which the target was found.
    public var scrapePool: String { target.pool }
    public var scrapeURL: String { target.url }
    public var discoveredLabels: Labels { target.discoveredLabels }
    public var labels: Labels { target.labels }
    public var scrapeInterval: String { target.identity.labels[TargetLabel.interval] ?? "" }
    public var scrapeTimeout: String { target.identity.labels[TargetLabel.timeout] ?? "" }

    /// The URL by which others reach the target: one that is named by a local address gets the server's outer name.
    ///
    /// - Parameters:
    ///   - externalScheme: of the URL by which the server itself is reached.
    ///   - externalHost: likewise, with the port where it has one.
    ///   - listenPort: the server's own; a target there is the server.
    /// Source: Prometheus `web/api/v1/api.go`, `getGlobalURL`.
    public func globalURL(externalScheme: String, externalHost: String, listenPort: Int) -> String {
        guard let separator = scrapeURL.firstRange(of: "://") else { return scrapeURL }
        let rest = scrapeURL[separator.upperBound...]
        let address = rest.prefix { $0 != "/" && $0 != "?" }
        let tail = rest.dropFirst(address.count)
        let (host, port) = Self.split(address)
        guard Self.localHosts.contains(host) else { return scrapeURL }
        if port == String(listenPort) { return "\(externalScheme)://\(externalHost)\(tail)" }
        let outer = Self.split(externalHost[...]).host
        return "\(scrapeURL[..<separator.upperBound])\(outer)\(port.isEmpty ? "" : ":" + port)\(tail)"
    }

    private static let localHosts = ["127.0.0.1", "localhost", "[::1]"]

    private static func split(_ address: Substring) -> (host: String, port: String) {
        guard address.last != "]", let colon = address.lastIndex(of: ":") else { return (String(address), "") }
        return (String(address[..<colon]), String(address[address.index(after: colon)...]))
    }

    mutating func report(_ outcome: ScrapeOutcome, started: Timestamp, took: Duration) {
        health = outcome.error == nil ? .up : .down
        lastError = outcome.error?.message ?? ""
        lastScrape = started
        lastScrapeDuration = took
    }
}

/// A target that relabelling dropped.
public struct DroppedTarget: Sendable, Equatable {
    public let pool: String
    public let discoveredLabels: Labels
}

/// A target that cannot be scraped, and why.
public struct InvalidTarget: Sendable, Equatable, CustomStringConvertible {
    public let pool: String
    public let reason: String

    public var description: String { "job \"\(pool)\": \(reason)" }
}
