import LapwingHTTP
import LapwingSeries

/// A message's entry, as it is made of a delivery.
extension AlertHistory.Sending {
    init(
        _ alerts: [NotifiedAlert], _ receiver: String, _ url: String, _ result: Result, _ attempts: Int, _ error: String, groupKey: String = "",
        reason: String = "", at now: Timestamp
    ) {
        self.init(
            at: now, firstAt: now, receiver: receiver, url: HTTPURL.shown(url), groupKey: groupKey, reason: reason, result: result,
            attempts: attempts, error: error, alertCount: alerts.count,
            alerts: alerts.prefix(AlertHistory.alertsPerEntry).map { alert in
                Alert(labels: alert.labels, isResolved: alert.endsAt != nil, value: alert.value)
            })
    }

    /// Its address as people read it: without a webhook's path and query, which can be a secret.
    public var shownURL: String { groupKey.isEmpty ? url : HTTPURL.redacted(url) }

    /// Of what delivery it is the entry.
    var identity: Delivery.Identity { Delivery.Identity(receiver: "\(receiver) \(url)", groupKey: groupKey) }

    static func result(of outcome: DeliveryOutcome) -> (Result, error: String) {
        switch outcome {
        case .accepted: (.delivered, "")
        case .refused(let reason): (.refused, reason)
        case .failed(_, let reason): (.retrying, reason)
        }
    }
}
