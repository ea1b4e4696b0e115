public import LapwingExposition
public import LapwingHTTP
public import LapwingSeries

/// How the targets of one job are found, labelled, scraped and limited: an entry of `scrape_configs`.
///
/// A limit of 0 is none. Defaults are Prometheus' own but for the interval, which is 15 s.
public struct ScrapeConfiguration: Sendable, Equatable {
    public static let defaultInterval = Duration.seconds(15)
    /// Cut to the interval where that is shorter.
    public static let defaultTimeout = Duration.seconds(10)
    /// The largest page that is taken where `bodySizeLimit` sets no other, in bytes.
    public static let maximumBodySize = 1 << 30

    /// The value of `job`, and the name of the targets' pool.
    public var jobName: String
    public var interval: Duration
    public var timeout: Duration
    public var scheme = "http"
    public var metricsPath = "/metrics"
    /// Query parameters of every request; a name may have several values.
    public var parameters: [QueryParameter] = []
    public var client = HTTPClientSettings()
    public var targetGroups: [TargetGroup] = []
    public var discoveries: [TargetDiscovery] = []

    /// Whether labels on the page win over the target's own; where not, they become `exported_…`.
    public var honorsLabels = false
    /// Whether timestamps on the page are taken.
    public var honorsTimestamps = true
    /// Whether series with timestamps of their own end with stale markers as well.
    public var tracksTimestampsStaleness = false
    public var asksForCompression = true
    /// What a page without a usable `Content-Type` is read as.
    public var fallbackFormat: ExpositionFormat?
    /// `scrape_native_histograms`: asks for protobuf before all other formats, which alone has native histograms, and takes these
    /// where the target's label of the same name says nothing else.
    public var scrapesNativeHistograms = false
    /// `scrape_protocols`, the most wanted first; nil for what goes with `scrapesNativeHistograms`.
    public var protocols: [ScrapeProtocol]?
    /// `extra_scrape_metrics`: whether limits and sizes are reported as series too.
    public var reportsMore = false

    public var relabeling: [RelabelRule] = []
    public var metricRelabeling: [RelabelRule] = []

    /// Samples of a page after relabelling.
    public var sampleLimit = 0
    public var labelLimit = 0
    /// Bytes.
    public var labelNameLengthLimit = 0
    /// Bytes.
    public var labelValueLengthLimit = 0
    /// Bytes of a page, decompressed.
    public var bodySizeLimit = 0
    public var targetLimit = 0
    public var keptDroppedTargets = 0

    public init(jobName: String, interval: Duration = Self.defaultInterval, timeout: Duration? = nil) {
        self.jobName = jobName
        self.interval = interval
        self.timeout = timeout ?? min(Self.defaultTimeout, interval)
    }

    /// Labels as they are found: the target's own, its group's, and those by which its request is made.
    ///
    /// Source: Prometheus `scrape/target.go`, `PopulateDiscoveredLabels`.
    public func discoveredLabels(_ own: Labels, _ shared: Labels) -> Labels {
        var builder = Labels.Builder(shared.merging(own))
        let defaults = [
            (LabelName.job, jobName),
            (TargetLabel.interval, interval.prometheusText),
            (TargetLabel.timeout, timeout.prometheusText),
            (TargetLabel.metricsPath, metricsPath), (TargetLabel.scheme, scheme),
            // Neither can be on: the configuration is refused then.
            (TargetLabel.convertsClassicHistograms, "false"), (TargetLabel.keepsClassicHistograms, "false"),
            (TargetLabel.takesNativeHistograms, scrapesNativeHistograms ? "true" : "false"),
        ]
        let parameters = parameters.map { (TargetLabel.parameterPrefix + $0.name, $0.value) }
        for (name, value) in defaults + parameters where builder[name] == nil { builder.set(name, value) }
        return builder.labels
    }

    /// A name and a value of a URL's query.
    public struct QueryParameter: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// Targets that were found together, with labels they share.
public struct TargetGroup: Sendable, Hashable {
    /// Each with at least `__address__`; these win over `labels`.
    public var targets: [Labels]
    public var labels: Labels

    public init(targets: [Labels], labels: Labels = .empty) {
        self.targets = targets
        self.labels = labels
    }

    /// The targets at these addresses (`host:port`).
    public init(addresses: [String], labels: Labels = .empty) {
        self.init(
            targets: addresses.map { Labels(metric: "", [TargetLabel.address: $0]) }, labels: labels)
    }
}

/// Labels by which a target's request is made; they are not put on its series.
public enum TargetLabel {
    public static let address = "__address__"
    public static let scheme = "__scheme__"
    public static let metricsPath = "__metrics_path__"
    public static let interval = "__scrape_interval__"
    public static let timeout = "__scrape_timeout__"
    public static let convertsClassicHistograms = "__convert_classic_histograms_to_nhcb__"
    public static let keepsClassicHistograms = "__always_scrape_classic_histograms__"
    public static let takesNativeHistograms = "__scrape_native_histograms__"
    public static let unixSocket = "__unix_socket__"
    public static let parameterPrefix = "__param_"
    public static let metaPrefix = "__meta_"
    public static let reservedPrefix = "__"
    public static let exportedPrefix = "exported_"
}
