public import LapwingNotify
public import LapwingRules
public import LapwingSeries

/// A message that a receiver would have had.
public struct SimulatedNotification: Sendable, Hashable {
    public var at: Timestamp
    public var message: WebhookMessage
}

/// Receivers that take everything at once: the grouping, waiting and repeating of a running server, without the network.
public struct SimulatedNotifications: Sendable {
    private var dispatchers: [WebhookDispatcher]
    private let externalLabels: Labels
    private let externalURL: String
    /// In the order of time.
    public private(set) var sent: [SimulatedNotification] = []
    /// Up to when everything due has been sent.
    private var now = Timestamp.distantPast

    public init(to receivers: [WebhookReceiver], externalLabels: Labels, externalURL: String) {
        (self.externalLabels, self.externalURL) = (externalLabels, externalURL)
        dispatchers = receivers.map { WebhookDispatcher(receiver: $0, externalURL: externalURL, jitterSeed: 0) }
    }

    /// Outcomes come in the order of time.
    public mutating func receive(_ outcome: GroupOutcome) {
        if dispatchers.isEmpty { return }
        advance(to: outcome.at)
        let alerts = outcome.alerts.flatMap { rule in
            NotifiedAlert.alerts(rule.due, expression: rule.expression, externalLabels: externalLabels, externalURL: externalURL)
        }
        if alerts.isEmpty { return }
        for index in dispatchers.indices { dispatchers[index].receive(alerts, at: outcome.at) }
    }

    /// Sends nothing between two times, when the server is down, and at the later what fell due meanwhile.
    public mutating func rest(from start: Timestamp, until end: Timestamp) {
        if now >= end { return }
        advance(to: start)
        now = end
    }

    /// Sends what is due up to a time.
    public mutating func advance(to time: Timestamp) {
        if time < now { return }
        var messages: [SimulatedNotification] = []
        for index in dispatchers.indices {
            var now = now
            while let wake = dispatchers[index].nextWake, wake <= time {
                now = max(now, wake)
                for delivery in dispatchers[index].advance(to: now) {
                    messages.append(SimulatedNotification(at: now, message: delivery.message))
                    dispatchers[index].completed(delivery, .accepted, at: now)
                }
            }
        }
        now = max(now, time)
        sent += messages.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}
