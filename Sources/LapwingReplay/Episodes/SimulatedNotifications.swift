public import LapwingNotify
import LapwingRules
public import LapwingSeries

/// A message that a receiver would have had.
public struct SimulatedNotification: Sendable, Hashable {
    public var at: Timestamp
    public var message: WebhookMessage
}

/// Receivers that take everything at once: the grouping, waiting and repeating of a running server, without the network.
struct SimulatedNotifications {
    private var dispatchers: [WebhookDispatcher]
    private let settings: ReplaySettings
    private(set) var sent: [SimulatedNotification] = []
    /// Up to when everything due has been sent.
    private var now = Timestamp.distantPast

    init(_ settings: ReplaySettings) {
        self.settings = settings
        dispatchers = settings.receivers.map { WebhookDispatcher(receiver: $0, externalURL: settings.externalURL, jitterSeed: 0) }
    }

    /// Outcomes come in the order of time.
    mutating func receive(_ outcome: GroupOutcome) {
        advance(to: outcome.at)
        let alerts = outcome.alerts.flatMap { rule in
            rule.due.map { NotifiedAlert($0, expression: rule.expression, externalLabels: settings.externalLabels, externalURL: settings.externalURL) }
        }
        if alerts.isEmpty { return }
        for index in dispatchers.indices { dispatchers[index].receive(alerts, at: outcome.at) }
    }

    /// Sends what is due up to a time.
    mutating func advance(to time: Timestamp) {
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
