import LapwingNotify
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingText

extension ReplayReport {
    /// Times as RFC 3339, durations in seconds.
    func json() -> [UInt8] {
        var json = JSONWriter(escapesHTML: false)
        json.object { json in
            json.member("start", ReplayText.time(start))
            json.member("end", ReplayText.time(end))
            json.key("rules")
            json.array { json in for rule in rules { json.replayed(rule, through: end) } }
            json.key("notifications")
            json.array { json in for notification in notifications { json.replayed(notification) } }
        }
        return json.take()
    }
}

extension JSONWriter {
    fileprivate mutating func replayed(_ rule: RuleReplay, through end: Timestamp) {
        object { json in
            json.member("name", rule.rule.name)
            json.member("type", rule.isAlerting ? "alerting" : "recording")
            json.member("group", rule.group.name)
            json.member("file", rule.group.file)
            json.member("expr", rule.rule.query.text)
            json.count("evaluations", rule.evaluations)
            json.count("failures", rule.failures)
            if let failure = rule.firstFailure {
                json.key("first_failure")
                json.object { json in
                    json.member("at", ReplayText.time(failure.at))
                    json.member("message", failure.message)
                }
            }
            guard rule.isAlerting else { return }
            json.count("firings", rule.firings)
            json.count("flaps", rule.flaps)
            json.seconds("firing_seconds", rule.firingTime)
            json.seconds("alert_seconds", rule.alertTime)
            json.key("episodes")
            json.array { json in for episode in rule.episodes { json.episode(episode, through: end) } }
        }
    }

    fileprivate mutating func replayed(_ notification: SimulatedNotification) {
        object { json in
            json.member("at", ReplayText.time(notification.at))
            json.member("receiver", notification.message.receiver)
            json.member("group_key", notification.message.groupKey)
            json.member("status", notification.message.status)
            json.member("reason", notification.message.reason.rawValue)
            json.key("alerts")
            json.array { json in
                for alert in notification.message.alerts {
                    json.object { json in
                        json.member("status", alert.endsAt == nil ? "firing" : "resolved")
                        json.key("labels")
                        json.labels(alert.labels)
                    }
                }
            }
        }
    }

    private mutating func count(_ name: String, _ count: Int) {
        key(name)
        integer(count)
    }
}
