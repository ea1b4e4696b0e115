import LapwingAlerting
import LapwingSeries
import Testing

@testable import LapwingNotify

/// So many seconds after the beginning of time.
func at(_ seconds: Int) -> Timestamp { Timestamp(milliseconds: Int64(seconds) * 1000) }

func alert(_ instance: String, from start: Int = 0, until end: Int? = nil, valid: Int = 240) -> NotifiedAlert {
    NotifiedAlert(
        labels: Labels(metric: "", ["alertname": "A", "instance": instance]), annotations: [Label(name: "summary", value: "of \(instance)")],
        startsAt: at(start), endsAt: end.map(at), validUntil: at(valid), generatorURL: "http://l/graph", value: 1.5)
}

func configuration(_ change: (inout Outbox.Configuration) -> Void = { _ in }) -> Outbox.Configuration {
    var configuration = Outbox.Configuration()
    var webhook = WebhookReceiver(url: "http://user:secret@hook/")
    webhook.groupWait = .seconds(5)
    webhook.groupInterval = .seconds(60)
    configuration.webhooks = [webhook]
    configuration.alertmanagers = [AlertmanagerReceiver(url: "http://one"), AlertmanagerReceiver(url: "http://two")]
    change(&configuration)
    return configuration
}

/// An outbox with the notes that a data directory would have.
struct KeptOutbox {
    var outbox: Outbox
    var notes: [String: [UInt8]] = [:]
    /// Notes that the last change wrote.
    var written: [Note] = []

    init(_ configuration: Outbox.Configuration = configuration()) {
        outbox = Outbox(configuration, at: at(0))
        keep()
    }

    mutating func keep() {
        written = outbox.takeNotes()
        for note in written { notes[note.key] = note.value }
    }

    mutating func receive(_ alerts: [NotifiedAlert], at time: Timestamp) {
        outbox.receive(alerts, at: time)
        keep()
    }

    mutating func advance(to time: Timestamp) -> [Delivery] {
        let deliveries = outbox.advance(to: time)
        keep()
        return deliveries
    }

    mutating func completed(_ delivery: Delivery, _ outcome: DeliveryOutcome, at time: Timestamp) {
        outbox.completed(delivery, outcome, at: time)
        keep()
    }

    /// The process ends and another begins.
    mutating func restart(_ configuration: Outbox.Configuration = configuration(), at time: Timestamp) {
        outbox = Outbox(configuration, restoring: notes.map { Note($0.key, $0.value) }, at: time)
        #expect(outbox.faults == [])
        keep()
    }
}

extension Delivery {
    /// The receiver's host, and which instances fire or have resolved.
    var text: String {
        let alerts =
            switch content {
            case .webhook(_, let delivery): delivery.message.alerts
            case .alertmanager(_, let alerts, _): alerts
            }
        return (summary.receiver.split(separator: "//").last ?? "") + alerts.map { ($0.endsAt == nil ? "+" : "-") + ($0.labels["instance"] ?? "") }.joined()
    }
}
