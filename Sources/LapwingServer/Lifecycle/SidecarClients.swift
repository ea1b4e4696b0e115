public import LapwingHTTP

/// Who asks other programs, by what they are asked for.
///
/// Each has threads and connections of its own: targets that hang, a hundred or a thousand, hold up no message, and neither does one kind
/// of server another.
public struct SidecarClients: Sendable {
    public var scrapes: any HTTPClient = SocketHTTPClient(.many)
    /// Asks servers that tell of targets.
    public var discovery: any HTTPClient = SocketHTTPClient()
    public var notifications: any HTTPClient = SocketHTTPClient()
    public var heartbeat: any HTTPClient = SocketHTTPClient()
    public var datasource: any HTTPClient = SocketHTTPClient()
    public var remoteWrite: any HTTPClient = SocketHTTPClient()

    public init() {}
}
