import LapwingAlerting
import LapwingSeries
import Testing

@testable import LapwingNotify

private func at(_ seconds: Int) -> Timestamp { Timestamp(milliseconds: Int64(seconds) * 1000) }

private func alert(_ instance: String, from start: Int = 0, until end: Int? = nil, valid: Int = 240) -> NotifiedAlert {
    NotifiedAlert(
        labels: Labels(metric: "", ["alertname": "A", "instance": instance]), annotations: [Label(name: "summary", value: "of \(instance)")],
        startsAt: at(start), endsAt: end.map(at), validUntil: at(valid), generatorURL: "http://l/graph", value: 1.5)
}

private func configuration(_ change: (inout Outbox.Configuration) -> Void = { _ in }) -> Outbox.Configuration {
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
private struct KeptOutbox {
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
    fileprivate var text: String {
        let alerts =
            switch content {
            case .webhook(_, let delivery): delivery.message.alerts
            case .alertmanager(_, let alerts, _): alerts
            }
        return summary.receiver.dropFirst(7) + alerts.map { ($0.endsAt == nil ? "+" : "-") + ($0.labels["instance"] ?? "") }.joined()
    }
}

@Suite struct `What is to be told, over restarts` {
    @Test func `a message that was not taken is sent again by the next process, word for word`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        let first = kept.advance(to: at(5)).filter { $0.text.hasPrefix("hook") }
        #expect(first.map(\.text) == ["hook/+a"])
        kept.restart(at: at(6))
        let again = kept.advance(to: at(6)).filter { $0.text.hasPrefix("hook") }
        #expect(again.map { $0.body() } == first.map { $0.body() })
        for delivery in again { kept.completed(delivery, .accepted, at: at(6)) }
        kept.restart(at: at(7))
        #expect(kept.advance(to: at(7)).filter { $0.text.hasPrefix("hook") } == [])
    }

    @Test func `a message that failed waits on in the next process for as long as it was asked to`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        for delivery in kept.advance(to: at(5)) { kept.completed(delivery, .failed(retryAfter: .seconds(100), "busy"), at: at(5)) }
        kept.restart(at: at(10))
        #expect(kept.advance(to: at(104)).filter { $0.text.hasPrefix("hook") } == [])
        let again = kept.advance(to: at(105)).filter { $0.text.hasPrefix("hook") }
        #expect(again.map(\.text) == ["hook/+a"] && again.map(\.attempt) == [1])
    }

    @Test func `a group waits on where it waited, and what it has told is not told again`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        kept.restart(at: at(3))
        #expect(kept.outbox.nextWake == .distantPast, "the Alertmanagers are told at once")
        #expect(kept.advance(to: at(4)).map(\.text) == ["one/+a", "two/+a"])
        let deliveries = kept.advance(to: at(5))
        #expect(deliveries.map(\.text) == ["hook/+a"])
        for delivery in deliveries { kept.completed(delivery, .accepted, at: at(5)) }
        kept.receive([alert("b", from: 20)], at: at(20))
        kept.restart(at: at(30))
        #expect(kept.advance(to: at(64)).filter { $0.text.hasPrefix("hook") } == [])
        let second = kept.advance(to: at(65)).filter { $0.text.hasPrefix("hook") }
        #expect(second.map(\.text) == ["hook/+a+b"])
        for delivery in second { kept.completed(delivery, .accepted, at: at(65)) }
        kept.receive([alert("a", until: 70), alert("b", from: 20, until: 70)], at: at(70))
        kept.restart(at: at(80))
        #expect(kept.advance(to: at(125)).filter { $0.text.hasPrefix("hook") }.map(\.text) == ["hook/-a-b"])
    }

    @Test func `what a dead Alertmanager was to be told waits for it, and the other is not delayed`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        for delivery in kept.advance(to: at(0)) {
            kept.completed(delivery, delivery.text.hasPrefix("one") ? .accepted : .failed(retryAfter: nil, "refused"), at: at(0))
        }
        kept.receive([alert("a", until: 30)], at: at(30))
        kept.restart(at: at(40))
        let deliveries = kept.advance(to: at(40)).filter { !$0.text.hasPrefix("hook") }
        #expect(deliveries.map(\.text) == ["one/-a", "two/+a-a"])
        for delivery in deliveries { kept.completed(delivery, .accepted, at: at(40)) }
        kept.restart(at: at(41))
        #expect(kept.outbox.alertmanagerQueues.map(\.count) == [0, 0])
    }

    @Test func `when everything has been told and taken, only the history is left`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        for time in [0, 5] { for delivery in kept.advance(to: at(time)) { kept.completed(delivery, .accepted, at: at(time)) } }
        kept.receive([alert("a", until: 30)], at: at(30))
        for time in [30, 65] { for delivery in kept.advance(to: at(time)) { kept.completed(delivery, .accepted, at: at(time)) } }
        let left = kept.notes.keys.filter { !$0.hasPrefix("notify/history/") }.sorted()
        #expect(left == ["notify/receiver/1", "notify/receiver/2", "notify/receiver/3"])
        #expect(kept.outbox.nextWake == nil)
    }

    @Test func `an end that the next process hears refused is told anew`() {
        let webhooks = configuration { $0.alertmanagers = [] }
        var kept = KeptOutbox(webhooks)
        kept.receive([alert("a", valid: 4000)], at: at(0))
        for delivery in kept.advance(to: at(5)) { kept.completed(delivery, .accepted, at: at(5)) }
        kept.receive([alert("a", until: 20)], at: at(20))
        #expect(kept.advance(to: at(65)).map(\.text) == ["hook/-a"])
        kept.restart(webhooks, at: at(66))
        let again = kept.advance(to: at(66))
        #expect(again.map(\.text) == ["hook/-a"])
        for delivery in again { kept.completed(delivery, .refused("status 400"), at: at(67)) }
        kept.restart(webhooks, at: at(70))
        let last = kept.advance(to: at(125))
        #expect(last.map(\.text) == ["hook/-a"])
        for delivery in last { kept.completed(delivery, .accepted, at: at(125)) }
        #expect(kept.outbox.nextWake == nil)
    }

    @Test func `a grouping that a restart brings takes alerts over as a reload does`() {
        func grouped(by label: String) -> Outbox.Configuration {
            configuration { settings in
                settings.alertmanagers = []
                settings.webhooks[0].grouping = .labels([label])
            }
        }
        var kept = KeptOutbox(grouped(by: "alertname"))
        kept.receive([alert("a"), alert("b")], at: at(0))
        for delivery in kept.advance(to: at(5)) { kept.completed(delivery, .accepted, at: at(5)) }
        kept.receive([alert("a", until: 20)], at: at(20))
        kept.restart(grouped(by: "instance"), at: at(30))
        #expect(kept.advance(to: at(30)).map(\.text) == ["hook/-a+b", "hook/+b"])
    }

    @Test func `a telling or a flush that changes nothing writes nothing`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        for time in [0, 5] { for delivery in kept.advance(to: at(time)) { kept.completed(delivery, .accepted, at: at(time)) } }
        #expect(kept.advance(to: at(65)) == [])
        #expect(kept.written == [])
        _ = kept.advance(to: at(125))
        #expect(kept.written == [])
        kept.restart(at: at(130))
        #expect(kept.advance(to: at(130)) == [])
    }

    @Test func `an alert whose telling ran out while the process was down has time to be told again`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        for time in [0, 5] { for delivery in kept.advance(to: at(time)) { kept.completed(delivery, .accepted, at: at(time)) } }
        kept.restart(at: at(1000))
        #expect(kept.advance(to: at(1000)) == [])
        #expect(kept.advance(to: at(1239)) == [])
        #expect(kept.advance(to: at(1300)).map(\.text) == ["hook/-a"])
    }

    @Test func `after more than the tolerance it has ended when its telling ran out`() throws {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        for time in [0, 5] { for delivery in kept.advance(to: at(time)) { kept.completed(delivery, .accepted, at: at(time)) } }
        kept.restart(at: at(4000))
        let delivery = try #require(kept.advance(to: at(4000)).first)
        #expect(delivery.text == "hook/-a")
        #expect(String(decoding: delivery.body(), as: UTF8.self).contains(#""endsAt":"1970-01-01T00:04:00Z""#))
    }

    @Test func `what waits for a receiver that is removed is let go, with an entry`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        _ = kept.advance(to: at(5))
        kept.restart(configuration { $0.webhooks = [] }, at: at(10))
        #expect(kept.outbox.pending == 2)
        let entries = kept.outbox.history.entries(limit: 10) { _ in true }
        guard case .sending(let sending)? = entries.first else { return #expect(Bool(false), "there is no entry") }
        #expect(sending.result == .dropped && sending.url == "http://hook/" && sending.error == "the receiver is no longer configured")
        #expect(!kept.notes.keys.contains { $0.hasPrefix("notify/1/") } && kept.notes["notify/receiver/1"] == nil)
    }

    @Test func `notes that cannot be understood are told and the rest is used`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        var notes = kept.notes.map { Note($0.key, $0.value) }
        notes.append(Note("notify/1/99", [9]))
        notes.append(Note("notify/2/98", [1, 2]))
        notes.append(Note("notify/history/change/1", []))
        let outbox = Outbox(configuration(), restoring: notes, at: at(1))
        #expect(outbox.faults.count == 3)
        #expect(outbox.faults.contains("note notify/1/99: it has version 9, and this program reads 1"))
        #expect(outbox.pending == 2)
    }

    @Test func `secrets in an address are not in the notes`() {
        var kept = KeptOutbox()
        kept.receive([alert("a")], at: at(0))
        for delivery in kept.advance(to: at(5)) { kept.completed(delivery, .failed(retryAfter: nil, "no"), at: at(5)) }
        let all = kept.notes.values.flatMap { $0 }
        #expect(!String(decoding: all, as: UTF8.self).contains("secret"))
    }
}

@Suite struct `What an outbox does with its settings` {
    @Test func `relabelling changes or drops what receivers are told`() throws {
        let drop = try RelabelRule(.drop, sourceLabels: ["instance"], pattern: "b")
        let replace = try RelabelRule(targetLabel: "site", replacement: "north")
        var kept = KeptOutbox(
            configuration {
                $0.relabeling = [drop]
                $0.alertmanagers[0].relabeling = [replace]
            })
        kept.receive([alert("a"), alert("b")], at: at(0))
        let deliveries = kept.advance(to: at(5))
        #expect(deliveries.map(\.text).sorted() == ["hook/+a", "one/+a", "two/+a"])
        let sites = deliveries.map { String(decoding: $0.body(), as: UTF8.self).contains(#""site":"north""#) }
        #expect(zip(deliveries, sites).allSatisfy { $1 == $0.text.hasPrefix("one") })
    }

    @Test func `a reload keeps what waits, with new settings`() {
        var kept = KeptOutbox()
        kept.receive([alert("a"), alert("b")], at: at(0))
        kept.outbox.apply(configuration { $0.webhooks[0].maxAlerts = 1 }, at: at(3))
        let message = kept.advance(to: at(5)).first { $0.text.hasPrefix("hook") }
        #expect(message?.text == "hook/+a")
    }

    @Test func `two receivers with the same name and address both are told`() {
        var kept = KeptOutbox(configuration { $0.webhooks.append($0.webhooks[0]) })
        kept.receive([alert("a")], at: at(0))
        #expect(kept.advance(to: at(5)).filter { $0.text == "hook/+a" }.count == 2)
    }

    @Test func `an Alertmanager that is away for long keeps the newest ten thousand, and the history tells of the others`() {
        var queue = AlertmanagerQueue(jitterSeed: 1)
        #expect(queue.receive((0..<10_000).map { alert("i\($0)") }).isEmpty)
        #expect(queue.takeBatch(at: at(0)).count == 256)
        #expect(queue.receive((0..<3).map { alert("j\($0)") }).map { $0.labels["instance"] } == ["i256", "i257", "i258"])
        #expect(queue.count == 10_000)
    }
}

@Suite struct `The history` {
    private func change(_ name: String, at time: Int) -> AlertHistory.Change {
        let alert = Alert(labels: Labels(metric: "", ["alertname": name]), value: 2, activeAt: at(time))
        return AlertHistory.Change(AlertTransition(.firing, alert, at: at(time)), group: "g", file: "f")
    }

    @Test func `a message has one entry, from its first try to its end`() {
        var kept = KeptOutbox(configuration { $0.alertmanagers = [] })
        kept.outbox.receive([alert("a")], [change("A", at: 0)], at: at(0))
        for (time, outcome) in [(5, DeliveryOutcome.failed(retryAfter: .zero, "status 500")), (7, .failed(retryAfter: .zero, "status 503")), (11, .accepted)] {
            for delivery in kept.advance(to: at(time)) { kept.completed(delivery, outcome, at: at(time)) }
        }
        let entries = kept.outbox.history.entries(limit: 10) { _ in true }
        #expect(entries.count == 2)
        guard case .sending(let sending)? = entries.first, case .change(let change)? = entries.last else { return #expect(Bool(false)) }
        #expect(sending.result == .delivered && sending.attempts == 3 && sending.firstAt == at(5) && sending.at == at(11))
        #expect(sending.alerts.map(\.value) == [1.5] && sending.reason == "first notification")
        #expect(change.value == 2)
    }

    @Test func `a message that is tried again by the next process keeps its entry, and so does one whose receiver is gone`() throws {
        var kept = KeptOutbox()
        kept.receive([alert("a", valid: 4000)], at: at(0))
        for delivery in kept.advance(to: at(5)) { kept.completed(delivery, .failed(retryAfter: .seconds(10), "busy"), at: at(5)) }
        kept.restart(configuration { $0.alertmanagers.removeLast() }, at: at(20))
        for delivery in kept.advance(to: at(20)) { kept.completed(delivery, .accepted, at: at(20)) }
        let sendings = kept.outbox.history.entries(limit: 10) { _ in true }.compactMap { entry -> AlertHistory.Sending? in
            if case .sending(let sending) = entry { sending } else { nil }
        }
        #expect(sendings.map(\.result.rawValue).sorted() == ["delivered", "delivered", "dropped"])
        #expect(sendings.allSatisfy { $0.firstAt == at(5) && $0.at == at(20) && $0.attempts >= 1 })
    }

    @Test func `it is bounded by number and by bytes, and so are its notes`() {
        var history = AlertHistory()
        var notes: [String: [UInt8]] = [:]
        for index in 0..<10_050 {
            history.add(change("A\(index)", at: index))
            for note in history.takeNotes() { notes[note.key] = note.value }
        }
        #expect(history.count == 10_000 && notes.count == 10_000)
        #expect(history.entries(limit: 1) { _ in true }.first?.at == at(10_049))
        #expect(history.entries(limit: 20_000) { _ in true }.last?.at == at(50))
        var ring = HistoryRing<String>(maximumCount: 100, maximumBytes: 1000)
        for index in 0..<50 { _ = ring.add("\(index)", bytes: 100) }
        #expect(ring.count == 10 && ring.bytes == 1000)
    }

    @Test func `it is the same after a restart`() {
        var history = AlertHistory()
        for index in 0..<5 { history.add(change("A\(index)", at: index)) }
        let notes = history.takeNotes()
        var other = AlertHistory()
        #expect(other.restore(notes) == [])
        #expect(other.entries(limit: 10) { _ in true } == history.entries(limit: 10) { _ in true })
        other.add(change("B", at: 9))
        #expect(other.count == 6)
    }
}
