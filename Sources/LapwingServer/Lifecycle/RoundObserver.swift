import Lapwing
import LapwingAlerting
import LapwingHTTP
import LapwingNotify
import LapwingPromQL
import LapwingRules
import LapwingSeries

/// What happens after every evaluation of a group: receivers are told, changes logged, evaluations counted.
struct RoundObserver: Sendable {
    let configuration: SidecarConfiguration
    let externalURL: String
    let notifier: Notifier
    let client: any HTTPClient
    let log: LogWriter
    let instruments: Instruments
    let onAlert: @Sendable (Sidecar.AlertEvent) -> Void

    /// How long a telling holds: four times the longer of the interval and the resend delay.
    private static let resendDelay: Duration = .seconds(60)

    func observe(_ group: RuleGroup, _ outcome: GroupOutcome) async {
        count(group, outcome)
        for failure in outcome.failures {
            log.log(
                .warn, "rule failed", ["group": group.name, "file": group.file, "rule": group.rules[failure.rule].name, "err": failure.message])
        }
        for transition in outcome.transitions {
            log.log(
                .info, "alert \(transition.change.rawValue)",
                ["labels": transition.alert.labels.description, "value": "\(transition.alert.value)"])
            onAlert(.init(at: transition.at, alert: transition.alert, change: transition.change))
        }
        let interval = group.interval ?? configuration.evaluationInterval
        let validUntil = outcome.at + max(interval, Self.resendDelay) * 4
        for alerts in outcome.alerts {
            let expression = alerts.rule >= 0 ? group.rules[alerts.rule].query.text : ""
            let tell = { (alert: Alert) in
                NotifiedAlert(
                    alert, expression: expression, externalLabels: configuration.externalLabels, externalURL: externalURL,
                    validUntil: validUntil)
            }
            await notifier.receive(current: alerts.alerts.map(tell), due: alerts.due.map(tell))
        }
        if let heartbeat = configuration.heartbeat { Task { await beat(heartbeat) } }
    }

    private func count(_ group: RuleGroup, _ outcome: GroupOutcome) {
        instruments.counter("lapwing_rule_evaluations_total", ["rule_group": group.name], help: "Rules evaluated.")
            .increment(by: UInt64(group.rules.count))
        let failures = instruments.counter(
            "lapwing_rule_evaluation_failures_total", ["rule_group": group.name], help: "Evaluations that failed.")
        failures.increment(by: UInt64(outcome.failures.count))
    }

    private func beat(_ url: String) async {
        do throws(HTTPClientError) {
            _ = try await client.send(HTTPClientRequest(url: url, timeout: .seconds(5)))
        } catch {
            log.log(.warn, "heartbeat failed", ["err": error.description])
        }
    }
}
