/// Where a server listens, and what it allows.
public struct HTTPServerConfiguration: Sendable {
    /// A name or an address; empty for every address of the machine.
    public var host: String
    /// 0 picks a free one.
    public var port: Int

    /// A path such as `/lap`, below which everything is reached too: everybody sees targets without it. Empty for none.
    public var pathPrefix = ""
    /// Paths that are what they are though they begin with `pathPrefix`: below an address such as `http://host/api` an API stands twice.
    public var isOwnPath: @Sendable (HTTPTarget) -> Bool = { _ in false }

    /// What one message may hold.
    var limits = HTTPLimits()
    /// The most body bytes that are read for a request, asked once its head is known; `limits.maxBodyBytes` when nil.
    public var bodyLimit: (@Sendable (HTTPRequestHead) -> Int)?
    /// What the bodies that are being read may hold together; beyond it the largest is answered with 503.
    var maxHeldBodyBytes = 256 << 20
    /// A request with a body of so many bytes gives way to others: its thread gets less of a processor that others want too.
    public var largeBodyBytes = 256 << 10
    /// A connection more is answered with 503. Those that have nothing to say take no more than a third of what sockets may have.
    var maxConnections = min(4096, DescriptorLimit.share(3))
    /// Connections that wait to be accepted.
    var backlog: Int32 = 512
    /// Handlers that run at the same time, besides two on the threads that read; started as they are needed.
    var maxHandlerThreads = 32
    /// Which requests are handled only so many at once; nil for those that need not wait. Asked once for each.
    public var lane: (@Sendable (HTTPRequestHead) -> HTTPLane?)?
    /// Whether a request may go on, for those in a lane that is a gate; asked in that lane, where it may take long.
    public var gate: (@Sendable (HTTPRequest) -> HTTPResponse?)?
    /// Who asks at a gate, beside the client's address.
    public var caller: (@Sendable (HTTPRequestHead) -> String)?
    /// Answers that may wait for clients that take nothing, each on a handler's thread; beyond it the oldest are given up.
    var maxStalledAnswers = 16
    /// What those answers may hold together (`HTTPResponse.heldBytes`); beyond it likewise.
    var maxStalledBytes = 64 << 20
    /// For a client to take nothing before its answer is given up from half of these limits on.
    var stalledPatience: Duration = .seconds(1)
    /// Told of each request whose answer is given up for that reason.
    public var onAnswerGivenUp: (@Sendable (HTTPRequest) -> Void)?

    /// From a request's first byte (or the connection's begin) to the end of its head; then 408.
    var headerTimeout: Duration = .seconds(10)
    /// From the end of a request's head to the end of its body; then 408.
    var bodyTimeout: Duration = .seconds(60)
    /// Between two requests; then the connection is closed.
    var idleTimeout: Duration = .seconds(300)
    /// For each block of 64 KiB of an answer to leave; then the connection is closed.
    var writeTimeout: Duration = .seconds(30)
    /// For a client to let an answer wait, in all, whose large place (`HTTPLane.largePlaces`) others want; then the connection is closed.
    var largeTimeout: Duration = .seconds(10)
    /// After an answer to a request that was not read to its end, for the client to read that answer.
    var lingerTimeout: Duration = .seconds(2)

    /// Answers are compressed for clients that ask for it, from so many bytes on; nil never.
    var compressionThreshold: Int? = 1024
    /// From 1, the fastest, to 9, the smallest.
    var compressionLevel = 1

    /// The time for `Date` fields, in seconds since the epoch.
    var wallClock: @Sendable () -> Int64 = SystemTime.secondsSinceEpoch

    /// The body of an answer that the server itself gives: 400, 408, 413 and the like.
    var faultResponse: @Sendable (HTTPFault) -> HTTPResponse = {
        .text("\($0.status): \($0.message)\n", status: $0.status)
    }

    public init(host: String = "127.0.0.1", port: Int = 0) {
        self.host = host
        self.port = port
    }
}
