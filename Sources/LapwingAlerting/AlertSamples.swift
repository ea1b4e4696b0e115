public import LapwingSeries

/// The series that a rule's alerts leave in the store: `ALERTS` and `ALERTS_FOR_STATE`.
public enum AlertSamples {
    public static let alertsMetric = "ALERTS"
    public static let forStateMetric = "ALERTS_FOR_STATE"

    /// One sample of each series for each alert that is pending or firing.
    ///
    /// `ALERTS` is 1; `ALERTS_FOR_STATE` is the second at which the alert became active.
    public static func samples(of active: ActiveAlerts) -> [(labels: Labels, value: Double)] {
        active.current.flatMap { alert in
            [
                (alertsLabels(of: alert), 1),
                (
                    alert.labels.setting(LabelName.metric, forStateMetric),
                    (Double(alert.activeAt.milliseconds) / 1000).rounded(.down)
                ),
            ]
        }
    }

    static func alertsLabels(of alert: Alert) -> Labels {
        var builder = Labels.Builder(alert.labels)
        builder.set(LabelName.metric, alertsMetric)
        builder.set(LabelName.alertState, alert.state.rawValue)
        return builder.labels
    }
}
