import Lapwing
import LapwingHTTP
import LapwingNotify

/// Says what becomes of notifications, in the log and on the page of metrics.
struct NotificationReport: Sendable {
    let log: LogWriter
    let instruments: Instruments

    /// What is counted of each receiver.
    private enum Count: String, CaseIterable {
        case sent, errors, dropped

        var help: String {
            switch self {
            case .sent: "Alerts that a receiver has taken."
            case .errors: "Tries that failed and are repeated."
            case .dropped: "Messages that a receiver did not want, or that were let go."
            }
        }
    }

    private func counter(_ count: Count, of receiver: String) -> Counter {
        instruments.counter("lapwing_notifications_\(count.rawValue)_total", ["receiver": receiver], help: count.help)
    }

    /// Lets every receiver's counts begin at 0: of a counter that begins with its first event nobody sees that it has increased.
    func expect(_ configuration: Notifier.Configuration) {
        for receiver in configuration.webhooks.map(\.shown) + configuration.alertmanagers.map({ HTTPURL.shown($0.url) }) {
            for count in Count.allCases { _ = counter(count, of: receiver) }
        }
    }

    func report(_ event: Notifier.Event) {
        switch event {
        case .delivered(let receiver, let group, let alerts):
            counter(.sent, of: receiver).increment(by: alerts)
            log.log(.debug, "notification delivered", ["receiver": receiver, "group": group, "alerts": "\(alerts)"])
        case .failed(let receiver, let group, let attempt, let reason):
            counter(.errors, of: receiver).increment()
            log.log(.warn, "notification failed, will be tried again", ["receiver": receiver, "group": group, "attempt": "\(attempt)", "err": reason])
        case .refused(let receiver, let group, let reason):
            counter(.dropped, of: receiver).increment()
            log.log(.error, "notification refused", ["receiver": receiver, "group": group, "err": reason])
        case .dropped(let receiver, let group, let alerts, let reason):
            counter(.dropped, of: receiver).increment()
            log.log(.error, "notification dropped", ["receiver": receiver, "group": group, "alerts": "\(alerts)", "err": reason])
        case .trouble(let reason): log.log(.error, "notifications in trouble", ["err": reason])
        }
    }
}
