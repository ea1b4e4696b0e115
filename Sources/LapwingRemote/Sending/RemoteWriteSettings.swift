public import LapwingExposition
public import LapwingHTTP
public import LapwingSeries

/// A receiver of samples: an entry of `remote_write`.
public struct RemoteWriteSettings: Sendable, Hashable {
    public var name = ""
    public var url: String
    public var timeout = Duration.seconds(30)
    public var client = HTTPClientSettings()
    public var relabeling: [RelabelRule] = []
    public var sendsExemplars = false
    public var sendsNativeHistograms = false
    public var version = RemoteWriteVersion.first
    public var queue = Queue()
    public var metadata = Metadata()
    /// Whether only what rules write is sent, and not every sample of the store.
    public var sendsRulesOnly = false

    /// `metadata_config`; version 2.0 has metadata beside its samples, and none of this.
    public struct Metadata: Sendable, Hashable {
        public var isSent = true
        public var interval = Duration.seconds(60)
        public var maxSamplesPerSend = 2000

        public init() {}
    }

    /// Prometheus' defaults, but for one.
    public struct Queue: Sendable, Hashable {
        public var capacity = 10_000
        public var maxShards = 50
        public var minShards = 1
        public var maxSamplesPerSend = 2000
        public var batchSendDeadline = Duration.seconds(5)
        public var minBackoff = Duration.milliseconds(30)
        public var maxBackoff = Duration.seconds(5)
        /// `retry_on_http_429`; Prometheus' default is not to, and to lose the samples.
        public var retriesOnTooManyRequests = true
        /// Older samples are left out; zero for no limit.
        public var sampleAgeLimit = Duration.zero

        public init() {}
    }

    public init(url: String) { self.url = url }

    /// By what it is known over reloads and restarts: its name, or its address without password.
    public var key: String { name.isEmpty ? shownURL : name }

    /// The address without user and password.
    public var shownURL: String { HTTPURL.shown(url) }
}
