public import LapwingNotify
public import LapwingRemote
public import LapwingSeries
public import LapwingText

/// A configuration file, checked: Prometheus' own keys, and `webhooks`, `heartbeat` and `datasource`.
///
/// Source: Prometheus `config/config.go` at v3.14.
public struct Configuration: Sendable {
    public var source: SourceText
    public var global = GlobalSettings()
    /// Paths with patterns, relative ones joined with the file's directory, and where they stand.
    public var ruleFiles: [(pattern: String, range: SourceRange)] = []
    public var scrapes: [ScrapeConfiguration] = []
    /// For every receiver.
    public var alertRelabeling: [RelabelRule] = []
    public var alertmanagers: [AlertmanagerReceiver] = []
    public var webhooks: [WebhookReceiver] = []
    public var heartbeat: Heartbeat?
    public var remoteWrites: [RemoteWriteSettings] = []
    /// What rules ask; nil: the store.
    public var datasource: DatasourceSettings?
    public var storage = StorageSettings()
    /// Keys that change nothing here, and the like.
    public var warnings: [Diagnostic] = []
    /// Files of secrets, and where they are named.
    public var namedFiles: [(path: String, range: SourceRange)] = []
    /// Patterns of files of targets, and where they stand.
    public var targetFiles: [(pattern: String, range: SourceRange)] = []
    /// Where passwords and tokens stand.
    var secrets: [SourceRange] = []
    /// Where comments stand, in which there may be former ones.
    var comments: [SourceRange] = []

    init(source: SourceText) { self.source = source }

    /// The file's text without its comments and with `<secret>` for passwords and tokens, as the API shows it.
    public var shownText: String {
        var bytes: [UInt8] = []
        var end = 0
        let hidden = secrets.map { (range: $0, shown: "<secret>") } + comments.map { (range: $0, shown: "") }
        for (range, shown) in hidden.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where range.lowerBound >= end {
            bytes += source.bytes[end..<range.lowerBound]
            bytes += Array(shown.utf8)
            end = range.upperBound
        }
        return String(decoding: bytes + source.bytes[end...], as: UTF8.self)
    }
}

/// What holds for every job and rule that says nothing else.
public struct GlobalSettings: Sendable {
    public var scrapeInterval = Duration.seconds(60)
    public var scrapeTimeout = Duration.seconds(10)
    public var evaluationInterval = Duration.seconds(60)
    public var ruleQueryOffset = Duration.zero
    public var externalLabels = Labels.empty
}

public struct StorageSettings: Sendable, Hashable {
    /// `tsdb.out_of_order_time_window`.
    public var outOfOrderWindow: Duration?
    /// `tsdb.retention.time`; zero for no limit, nil where the file has no `tsdb.retention`.
    public var retention: Duration?
    /// Bytes; `tsdb.retention.size`. Nil for no limit.
    public var retentionSize: Int?
    /// `exemplars.max_exemplars`.
    public var maxExemplars: Int?
}

/// Where a dead man's switch is told that the evaluator lives, and how often.
public struct Heartbeat: Sendable, Hashable {
    public var url: String
    /// The least time between two; nil: at every evaluation of a group.
    public var interval: Duration?
    public var timeout: Duration = .seconds(5)

    public init(url: String, interval: Duration? = nil) {
        self.url = url
        self.interval = interval
    }
}
