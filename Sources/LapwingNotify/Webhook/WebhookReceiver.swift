public import LapwingHTTP
import LapwingSeries

/// Where and how alerts are posted; the fields and their meaning are Alertmanager's.
public struct WebhookReceiver: Sendable, Hashable {
    public var name: String
    public var url: String
    /// Whether the end of an alert is told too.
    public var sendsResolved = true
    /// The labels by which alerts are gathered into one message.
    public var grouping: Grouping = .labels(["alertname"])
    /// How long a new group waits for more alerts before its first message.
    public var groupWait: Duration = .seconds(30)
    /// The least time between two messages of a group.
    public var groupInterval: Duration = .seconds(300)
    /// After how long a message is sent again though nothing changed.
    public var repeatInterval: Duration = .seconds(4 * 3600)
    /// The most alerts in one message; the rest are only counted. 0 for no limit.
    public var maxAlerts = 0
    public var client = HTTPClientSettings()
    /// For one request, from the name's resolution to the answer's end.
    public var timeout: Duration = .seconds(10)

    /// By what a receiver is known over reloads and restarts: its name, and its URL without user and password. Not to be shown.
    public var key: String { "\(name) \(HTTPURL.shown(url))" }

    /// What people read of it: its name, and its URL without path and query, which can be a secret.
    public var shown: String { "\(name) \(HTTPURL.redacted(url))" }

    public enum Grouping: Sendable, Hashable {
        case labels([String])
        /// `...`: every alert for itself.
        case allLabels
    }

    public init(name: String = "webhook", url: String) {
        self.name = name
        self.url = url
    }

    /// What a bare `--webhook URL` means: beside a service, an alert should arrive while it matters.
    public static func direct(url: String, name: String = "webhook") -> WebhookReceiver {
        var receiver = WebhookReceiver(name: name, url: url)
        receiver.groupWait = .seconds(5)
        receiver.groupInterval = .seconds(60)
        return receiver
    }

    func groupLabels(of alert: NotifiedAlert) -> Labels {
        switch grouping {
        case .labels(let names): alert.labels.keeping(LabelNames(names))
        case .allLabels: alert.labels
        }
    }
}
