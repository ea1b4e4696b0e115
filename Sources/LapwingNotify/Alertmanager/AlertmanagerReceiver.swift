public import LapwingHTTP
public import LapwingSeries

/// Where one Alertmanager is, and how it is spoken to.
public struct AlertmanagerReceiver: Sendable, Hashable {
    /// Scheme, host, port and what comes before `/api/v2/alerts`.
    public var url: String
    public var client = HTTPClientSettings()
    /// For one request.
    public var timeout: Duration = .seconds(10)
    /// Applied to the alerts that this Alertmanager gets; an alert that they drop is not sent.
    public var relabeling: [RelabelRule] = []

    public init(url: String) { self.url = url }

    /// What alerts are posted to.
    public var endpoint: String { (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/api/v2/alerts" }

    /// By what it is known over reloads and restarts.
    public var key: String { "alertmanager \(HTTPURL.shown(url))" }
}
