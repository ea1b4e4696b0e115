public import LapwingHTTP

/// Where the targets of a job are found besides those that stand in the configuration.
public enum TargetDiscovery: Sendable, Hashable {
    /// Files of target groups, JSON or YAML; patterns may have `*` in their last part.
    case files(patterns: [String], refreshInterval: Duration)
    case http(HTTPTargetDiscovery)
}

/// A URL that answers with target groups as JSON.
public struct HTTPTargetDiscovery: Sendable, Hashable {
    public var url: String
    public var refreshInterval = Duration.seconds(60)
    public var client = HTTPClientSettings()

    public init(url: String) { self.url = url }
}
