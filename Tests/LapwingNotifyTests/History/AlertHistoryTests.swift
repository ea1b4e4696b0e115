import LapwingAlerting
import LapwingSeries
import Testing

@testable import LapwingNotify

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

    @Test func `messages of one group have an entry each, also one that is let go before it is taken`() {
        var kept = KeptOutbox(configuration { $0.alertmanagers = [] })
        kept.receive([alert("a")], at: at(0))
        for delivery in kept.advance(to: at(5)) { kept.completed(delivery, .accepted, at: at(5)) }
        kept.receive([alert("a", until: 30)], at: at(30))
        for delivery in kept.advance(to: at(65)) { kept.completed(delivery, .failed(retryAfter: nil, "busy"), at: at(65)) }
        kept.outbox.apply(configuration { ($0.webhooks, $0.alertmanagers) = ([], []) }, at: at(70))
        let results = kept.outbox.history.entries(limit: 10) { _ in true }.map { entry in
            if case .sending(let sending) = entry { "\(sending.result) \(sending.attempts)" } else { "" }
        }
        #expect(results == ["dropped 1", "delivered 1"])
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
