public import LapwingNotify
public import LapwingPromQL
public import LapwingRules
public import LapwingSeries
public import LapwingStorage

/// Everything that `lapwing serve` is told.
public struct SidecarConfiguration: Sendable {
    public var host = "127.0.0.1"
    /// 0 picks a free one.
    public var port = 9090
    /// Paths with patterns.
    public var rulePatterns: [String] = []
    public var scrapes: [ScrapeConfiguration] = []
    public var evaluationInterval: Duration = .seconds(15)
    public var webhooks: [WebhookReceiver] = []
    public var alertmanagers: [AlertmanagerReceiver] = []
    public var heartbeat: Heartbeat?
    /// What the time that the process was down means for alerts.
    public var restart = RestartRule()
    /// The directory that keeps samples; nil: they are in memory alone.
    public var data: String?
    public var durability = DurabilityOptions()
    public var retention: Duration = .seconds(15 * 86_400)
    /// Bytes that the directory, or the samples in memory alone, take at most; nil for no limit.
    public var retentionSize: Int?
    public var outOfOrderWindow: Duration = .zero
    /// The address at which people reach the server; nil: from where it listens.
    public var externalURL: String?
    public var externalLabels = Labels.empty
    public var engine = EngineOptions()
    public var queryTimeout: Duration = .seconds(120)
    /// Whether a demo service runs beside the server, is scraped, and has its rules loaded.
    public var runsDemo = false

    public init() {}
}
