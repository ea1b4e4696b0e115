public import LapwingConfiguration
import LapwingHTTP
public import LapwingNotify
public import LapwingPromQL
public import LapwingRemote
public import LapwingRules
public import LapwingSeries
public import LapwingStorage
import LapwingText

/// Everything that `lapwing serve` is told.
public struct SidecarConfiguration: Sendable {
    public var host = "127.0.0.1"
    /// 0 picks a free one.
    public var port = 9090
    /// The configuration file, which is read at the start and at every reload; what stands here comes on top of it.
    public var file: String?
    /// The file that says who may call the API; nil: everybody.
    public var webFile: String?
    /// Paths with patterns.
    public var rulePatterns: [String] = []
    public var scrapes: [ScrapeConfiguration] = []
    /// Takes the place of the configuration file's interval; nil leaves it.
    public var scrapeInterval: Duration?
    /// For groups without their own; nil: the configuration file's, or 15 s without one.
    public var evaluationInterval: Duration?
    /// For groups without their own.
    public var ruleQueryOffset = Duration.zero
    public var webhooks: [WebhookReceiver] = []
    public var alertmanagers: [AlertmanagerReceiver] = []
    /// For every receiver; an alert that it drops is told to nobody.
    public var alertRelabeling: [RelabelRule] = []
    public var heartbeat: Heartbeat?
    /// Who is asked by rules; nil: the store.
    public var datasource: DatasourceSettings?
    /// Who gets the samples of the store.
    public var remoteWrites: [RemoteWriteSettings] = []
    /// Which of the groups are this evaluator's; nil: all.
    public var shard: RuleShard?
    /// What the time that the process was down means for alerts.
    public var restart = RestartRule()
    /// The directory that keeps samples; nil: they are in memory alone.
    public var data: String?
    public var durability = DurabilityOptions()
    /// Zero for no limit; nil: `standardRetention`.
    public var retention: Duration?
    /// Bytes that the directory, or the samples in memory alone, take at most; nil for no limit.
    public var retentionSize: Int?
    /// Nil: zero.
    public var outOfOrderWindow: Duration?
    /// Nil: the store's own limit. One is kept at least.
    public var maxExemplars: Int?
    /// The address at which people reach the server; nil: from where it listens.
    public var externalURL: String?
    public var externalLabels = Labels.empty
    public var engine = EngineOptions()
    public var queryTimeout: Duration = .seconds(120)
    /// Whether a demo service runs beside the server, is scraped, and has its rules loaded.
    public var runsDemo = false

    /// The flags of the program without their dashes, with the values that hold, as the API shows them.
    public var shownFlags: [String: String] = [:]

    /// The same with what came of those that nobody gave: what the file says, or holds without one.
    var heldFlags: [String: String] {
        let text = { (time: Duration) in PrometheusDuration.text(milliseconds: Int64(time / .milliseconds(1))) }
        let found = [
            ("external-url", externalURL ?? ""), ("evaluation-interval", text(evaluationInterval ?? Self.standardInterval)),
            ("retention", text(retention ?? Self.standardRetention)), ("out-of-order-window", text(outOfOrderWindow ?? .zero)),
        ]
        var flags = shownFlags
        for (name, value) in found where flags[name] == "" { flags[name] = value }
        return flags
    }

    public static let standardInterval = Duration.seconds(15)
    public static let standardRetention = Duration.seconds(15 * 86_400)

    public init() {}

    /// The path of the address at which people reach the server, such as `/lap`: where they find everything. Empty for the root.
    var pathPrefix: String {
        var path = (externalURL.flatMap { try? HTTPURL($0) }?.path ?? "").drop { $0 == "/" }
        while path.last == "/" { path.removeLast() }
        return path.isEmpty ? "" : "/" + path
    }

    /// How long samples are kept; nil for no limit.
    var keptTime: Duration? {
        let time = retention ?? Self.standardRetention
        return time > .zero ? time : nil
    }

    /// `15d or 1073741824B`; empty where everything is kept.
    var shownRetention: String {
        [keptTime?.prometheusText, retentionSize.map { "\($0)B" }].compactMap { $0 }.joined(separator: " or ")
    }
}
