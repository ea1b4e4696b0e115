public import LapwingHTTP
public import LapwingSeries

/// An entry of `remote_write`.
public struct RemoteWriteSettings: Sendable, Hashable {
    public var name = ""
    public var url: String
    public var timeout = Duration.seconds(30)
    public var headers: [Label] = []
    public var credentials: HTTPCredentials = .none
    public var followsRedirects = true
    public var tls: TLSSettings?
    public var relabeling: [RelabelRule] = []
    public var sendsExemplars = false
    public var sendsNativeHistograms = false
    /// Whether messages are those of remote write 2.0.
    public var isSecondVersion = false
    public var queue = Queue()

    /// Prometheus' defaults.
    public struct Queue: Sendable, Hashable {
        public var capacity = 10_000
        public var maxShards = 50
        public var minShards = 1
        public var maxSamplesPerSend = 2000
        public var batchSendDeadline = Duration.seconds(5)
        public var minBackoff = Duration.milliseconds(30)
        public var maxBackoff = Duration.seconds(5)
        public var retriesOnTooManyRequests = false
        /// Older samples are left out; zero for no limit.
        public var sampleAgeLimit = Duration.zero
    }

    public init(url: String) { self.url = url }
}
