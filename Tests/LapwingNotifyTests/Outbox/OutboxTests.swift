import LapwingAlerting
import LapwingSeries
import Testing

@testable import LapwingNotify

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

    /// Tries and messages waited until a clock that was set back by ten minutes had come as far again.
    @Test func `a clock that is set back holds up nothing for so long`() {
        var kept = KeptOutbox()
        kept.receive([alert("a", from: 1000, valid: 5000)], at: at(1000))
        for delivery in kept.advance(to: at(1005)) { kept.completed(delivery, .failed(retryAfter: .seconds(30), "busy"), at: at(1005)) }
        #expect(kept.advance(to: at(415)) == [])
        #expect(kept.advance(to: at(444)) == [])
        let again = kept.advance(to: at(445))
        #expect(again.map(\.text) == ["hook/+a", "one/+a", "two/+a"])
        for delivery in again { kept.completed(delivery, .accepted, at: at(445)) }
        kept.receive([alert("b", from: 450, valid: 5000)], at: at(450))
        #expect(kept.advance(to: at(474)).filter { $0.text.hasPrefix("hook") } == [])
        #expect(kept.advance(to: at(475)).filter { $0.text.hasPrefix("hook") }.map(\.text) == ["hook/+a+b"])
    }

    /// A new group's wait, and a failed try's, were by the new time already, and were cut short by the step that came to light after them.
    @Test func `what begins after a clock was set back waits in full, whoever finds out`() {
        var kept = KeptOutbox()
        kept.receive([alert("a", from: 1000, valid: 5000)], at: at(1000))
        let first = kept.advance(to: at(1005))
        for delivery in first { kept.completed(delivery, .failed(retryAfter: .seconds(30), "busy"), at: at(405)) }
        #expect(kept.advance(to: at(434)) == [])
        #expect(kept.advance(to: at(435)).map(\.text) == ["hook/+a", "one/+a", "two/+a"])

        var other = KeptOutbox(configuration { $0.alertmanagers = [] })
        #expect(other.advance(to: at(1000)) == [])
        other.outbox.follow(at(400))
        other.receive([alert("a", from: 400, valid: 5000)], at: at(400))
        #expect(other.advance(to: at(404)) == [])
        #expect(other.advance(to: at(405)).map(\.text) == ["hook/+a"])
    }

    /// The time of the last message lay a day ahead, and the next was a day and four hours away.
    @Test func `nor is a repetition put off by a clock that is set back while no process runs`() {
        var kept = KeptOutbox(configuration { $0.alertmanagers = [] })
        kept.receive([alert("a", from: 100_000, valid: 1_000_000)], at: at(100_000))
        for delivery in kept.advance(to: at(100_005)) { kept.completed(delivery, .accepted, at: at(100_005)) }
        kept.restart(configuration { $0.alertmanagers = [] }, at: at(400))
        let repeated = stride(from: 460, through: 400 + 4 * 3600 + 60, by: 60).flatMap { kept.advance(to: at($0)) }
        #expect(repeated.map(\.text) == ["hook/+a"])
    }

    /// What counts again once a repetition is refused is the message before it, and its time lay a day ahead too.
    @Test func `nor is one put off that waited while the clock was set back, and is refused then`() {
        let webhooks = configuration { $0.alertmanagers = [] }
        var kept = KeptOutbox(webhooks)
        kept.receive([alert("a", from: 100_000, valid: 1_000_000)], at: at(100_000))
        for delivery in kept.advance(to: at(100_005)) { kept.completed(delivery, .accepted, at: at(100_005)) }
        let repetition = kept.advance(to: at(100_005 + 4 * 3600))
        #expect(repetition.map(\.text) == ["hook/+a"])
        for delivery in repetition { kept.completed(delivery, .failed(retryAfter: nil, "busy"), at: at(100_005 + 4 * 3600)) }
        kept.restart(webhooks, at: at(400))
        for delivery in kept.advance(to: at(400 + 3600)) { kept.completed(delivery, .refused("no"), at: at(400 + 3600)) }
        let repeated = stride(from: 400 + 3660, through: 400 + 4 * 3600 + 60, by: 60).flatMap { kept.advance(to: at($0)) }
        #expect(repeated.map(\.text) == ["hook/+a"])
    }

    @Test func `nor does one that is set back while no process runs`() {
        var kept = KeptOutbox()
        kept.receive([alert("a", from: 1000, valid: 5000)], at: at(1000))
        kept.restart(at: at(400))
        #expect(kept.advance(to: at(460)).filter { $0.text.hasPrefix("hook") }.map(\.text) == ["hook/+a"])
    }
}
