public import LapwingConfiguration
public import LapwingSeries
import LapwingText

/// One page to scrape, with the labels that its series get.
public struct ScrapeTarget: Sendable, Equatable {
    /// What tells targets apart: all labels after relabelling, and the URL.
    public struct Identity: Sendable, Hashable {
        var labels: Labels
        var url: String

        /// A number that is the same in every process, by which scrapes are spread over the interval.
        var spread: UInt64 {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in url.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return hash ^ labels.stableHash
        }
    }

    public let identity: Identity
    /// As found, before relabelling.
    public let discoveredLabels: Labels
    /// Those that are put on its series.
    public let labels: Labels
    public let interval: Duration
    public let timeout: Duration
    /// Whether native histograms are taken from its pages; where not, they are read as classic ones.
    public let takesNativeHistograms: Bool
    /// How it is scraped; its own target groups are left out, so that it changes only when the way of scraping does.
    public let configuration: ScrapeConfiguration

    public var url: String { identity.url }
    public var pool: String { configuration.jobName }

    /// Whether the other is scraped in the same way, whatever was found of both before relabelling.
    func isScraped(as other: ScrapeTarget) -> Bool {
        identity == other.identity && interval == other.interval && timeout == other.timeout && configuration == other.configuration
    }

    /// What became of one discovered target.
    public enum Discovery: Sendable, Equatable {
        case active(ScrapeTarget)
        /// Relabelling dropped it.
        case dropped(discoveredLabels: Labels)
        case invalid(reason: String)
    }

    /// The targets of a job, in the order in which they were found, each once.
    public static func discover(_ configuration: ScrapeConfiguration) -> [Discovery] {
        var seen: Set<Identity> = []
        var rules = configuration
        rules.targetGroups = []
        rules.discoveries = []
        return configuration.targetGroups.flatMap { group in
            group.targets.map { populate($0, group.labels, rules) }
        }.filter { discovery in
            if case .active(let target) = discovery { return seen.insert(target.identity).inserted }
            return true
        }
    }

    /// Source: Prometheus `scrape/target.go`, `PopulateLabels`.
    private static func populate(
        _ own: Labels, _ shared: Labels, _ configuration: ScrapeConfiguration
    ) -> Discovery {
        let discovered = configuration.discoveredLabels(own, shared)
        guard let relabeled = configuration.relabeling.relabeled(discovered) else {
            return .dropped(discoveredLabels: discovered)
        }
        guard let address = relabeled[TargetLabel.address] else { return .invalid(reason: "no address") }
        if address.contains("/") { return .invalid(reason: "\"\(address)\" is not a valid hostname") }
        // No URL has room for them there; what they are is not told.
        if address.contains("@") { return .invalid(reason: "an address holds credentials; give them as basic_auth in the configuration file") }
        let interval: Duration
        let timeout: Duration
        let takesNative: Bool
        do {
            interval = try duration(relabeled, TargetLabel.interval, "scrape interval")
            timeout = try duration(relabeled, TargetLabel.timeout, "scrape timeout")
            takesNative = try takesNativeHistograms(relabeled) ?? configuration.scrapesNativeHistograms
        } catch {
            return .invalid(reason: error.reason)
        }
        if timeout > interval {
            let texts = [timeout, interval].map { $0.prometheusText }
            return .invalid(
                reason: "scrape timeout cannot be greater than scrape interval (\"\(texts[0])\" > \"\(texts[1])\")")
        }
        var builder = Labels.Builder(relabeled)
        for label in relabeled where label.name.hasPrefix(TargetLabel.metaPrefix) { builder.remove(label.name) }
        if builder[LabelName.instance] == nil { builder.set(LabelName.instance, address) }
        let all = builder.labels
        return .active(
            ScrapeTarget(
                identity: Identity(labels: all, url: url(of: all, configuration.parameters)),
                discoveredLabels: discovered,
                labels: Labels(all.filter { !$0.name.hasPrefix(TargetLabel.reservedPrefix) }), interval: interval,
                timeout: timeout, takesNativeHistograms: takesNative, configuration: configuration))
    }

    private struct InvalidLabel: Error {
        var reason: String
    }

    private static func duration(
        _ labels: Labels, _ name: String, _ what: String
    ) throws(InvalidLabel) -> Duration {
        let milliseconds: Int64
        do { milliseconds = try PrometheusDuration.milliseconds(labels[name] ?? "") } catch {
            throw InvalidLabel(reason: "error parsing \(what): \(error)")
        }
        if milliseconds == 0 { throw InvalidLabel(reason: "\(what) cannot be 0") }
        return .milliseconds(milliseconds)
    }

    /// What a target's label says of native histograms; nil where there is none.
    ///
    /// - Throws: also where the target asks for what lapwing does not have.
    private static func takesNativeHistograms(_ labels: Labels) throws(InvalidLabel) -> Bool? {
        let foreign = [
            (TargetLabel.convertsClassicHistograms, "convert classic histograms to nhcb"),
            (TargetLabel.keepsClassicHistograms, "always scrape classic histograms"),
        ]
        for (name, what) in foreign {
            guard try bool(labels, name, what) == true else { continue }
            throw InvalidLabel(reason: "label \(name) is not supported by lapwing when it is true")
        }
        if labels[TargetLabel.unixSocket] != nil {
            throw InvalidLabel(reason: "label \(TargetLabel.unixSocket) is not supported by lapwing: targets are asked by their addresses")
        }
        return try bool(labels, TargetLabel.takesNativeHistograms, "scrape native histograms")
    }

    /// What Go reads as a truth value.
    ///
    /// Source: Go `strconv/atob.go`, `ParseBool`.
    private static func bool(_ labels: Labels, _ name: String, _ what: String) throws(InvalidLabel) -> Bool? {
        guard let text = labels[name] else { return nil }
        if ["1", "t", "T", "TRUE", "true", "True"].contains(text) { return true }
        if ["0", "f", "F", "FALSE", "false", "False"].contains(text) { return false }
        throw InvalidLabel(reason: "error parsing \(what): strconv.ParseBool: parsing \(GoQuote.quote(text)): invalid syntax")
    }

    /// The URL that labels and parameters make; a `__param_…` label replaces its parameter's first value.
    static func url(of labels: Labels, _ parameters: [ScrapeConfiguration.QueryParameter]) -> String {
        var values: [String: [String]] = [:]
        for parameter in parameters { values[parameter.name, default: []].append(parameter.value) }
        for label in labels where label.name.hasPrefix(TargetLabel.parameterPrefix) {
            let name = String(label.name.dropFirst(TargetLabel.parameterPrefix.count))
            values[name] = [label.value] + (values[name]?.dropFirst() ?? [])
        }
        let query = values.sorted { $0.key < $1.key }.flatMap { name, values in
            values.map { "\(PercentCoding.encode(name, plusIsSpace: true))=\(PercentCoding.encode($0, plusIsSpace: true))" }
        }
        let path = escaped(path: labels[TargetLabel.metricsPath] ?? "")
        let separator = path.isEmpty || path.hasPrefix("/") ? "" : "/"
        let base = "\(labels[TargetLabel.scheme] ?? "http")://\(labels[TargetLabel.address] ?? "")\(separator)\(path)"
        return query.isEmpty ? base : base + "?" + query.joined(separator: "&")
    }

    /// A path with everything escaped that may not stand in one, a percent sign and a question mark among it.
    ///
    /// Source: Go `net/url/url.go`, `shouldEscape` for a path.
    private static func escaped(path: String) -> String {
        path.unicodeScalars.map { "$&+,/:;=@".unicodeScalars.contains($0) ? String($0) : PercentCoding.encode(String($0)) }.joined()
    }
}
