import Lapwing
import LapwingAlerting
import LapwingNotify
import LapwingRules
import LapwingSeries

/// What happens after every evaluation of a group: receivers are told, changes logged.
struct RoundObserver: Sendable {
    let settings: Latest<SidecarSettings>
    let notifier: Notifier
    let heartbeat: Latest<HeartbeatSender?>
    let log: LogWriter
    let durations: RuleDurations
    let onAlert: @Sendable (Sidecar.AlertEvent) -> Void

    func observe(_ group: RuleGroup, _ outcome: GroupOutcome) {
        tell(group, outcome)
        durations.observe(outcome)
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
        heartbeat.value?.evaluated(at: outcome.at)
    }

    /// Puts what the evaluation means into the outbox, and with it the alerts' state into the log.
    private func tell(_ group: RuleGroup, _ outcome: GroupOutcome) {
        let (labels, url) = settings.read { ($0.configuration.externalLabels, $0.configuration.externalURL ?? "") }
        notifier.receive(outcome, of: group, externalLabels: labels, externalURL: url)
    }
}
