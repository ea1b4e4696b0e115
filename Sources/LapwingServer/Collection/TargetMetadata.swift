import LapwingExposition
import LapwingSeries

/// What a target's pages declare of their metrics.
struct TargetMetadata: Sendable {
    /// Scrapes for which a metric is remembered after its declaration has gone.
    static let keptScrapes = 10

    private var current: [String: MetricMetadata] = [:]
    private var gone: [String: (metadata: MetricMetadata, since: Int)] = [:]
    private var digest: UInt64?
    private var scrape = 0
    /// Rises whenever `all` has changed.
    private(set) var revision = 0

    /// In the order of their names.
    var all: [MetricMetadata] {
        (Array(current.values) + gone.values.map(\.metadata)).sorted { $0.name < $1.name }
    }

    /// Takes over what a good page declares; nothing is decoded where that is the same as on the page before.
    mutating func update(from page: ExpositionPage, _ bytes: Span<UInt8>) {
        scrape += 1
        let digest = page.metadataDigest(in: bytes)
        if digest != self.digest {
            self.digest = digest
            revision += 1
            let old = current
            current = [:]
            for metadata in page.metricMetadata(in: bytes) {
                current[metadata.name] = metadata
                gone[metadata.name] = nil
            }
            for (name, metadata) in old where current[name] == nil { gone[name] = (metadata, scrape) }
        }
        let expired = gone.filter { scrape - $0.value.since >= Self.keptScrapes }.keys
        for name in expired { gone[name] = nil }
        if !expired.isEmpty { revision += 1 }
    }
}
