/// Why a message is sent, in Alertmanager's words.
///
/// Source: Alertmanager `notify/notify.go`, `NotifyReason`.
public enum NotificationReason: String, Sendable, Hashable, CaseIterable {
    case firstNotification = "first notification"
    case newAlertsInGroup = "new alerts added"
    case newResolvedAlerts = "some alerts resolved"
    case allAlertsResolved = "all alerts resolved"
    case repeatIntervalElapsed = "repeat interval elapsed"
}
