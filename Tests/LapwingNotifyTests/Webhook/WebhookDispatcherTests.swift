import LapwingSeries
import Testing

@testable import LapwingNotify

private func dispatcher(_ change: (inout WebhookReceiver) -> Void = { _ in }) -> WebhookDispatcher {
    var receiver = WebhookReceiver(url: "http://127.0.0.1:1/")
    receiver.groupWait = .seconds(5)
    receiver.groupInterval = .seconds(60)
    receiver.repeatInterval = .seconds(600)
    change(&receiver)
    return WebhookDispatcher(receiver: receiver, externalURL: "http://lapwing", jitterSeed: 1)
}

extension WebhookDispatcher {
    /// Delivers everything that is due, and says per message which instances fire and which have resolved.
    fileprivate mutating func deliver(at now: Timestamp, _ outcome: DeliveryOutcome = .accepted) -> [String] {
        var texts: [String] = []
        while true {
            let started = advance(to: now)
            if started.isEmpty { return texts }
            for delivery in started {
                texts.append(
                    delivery.message.alerts.map { ($0.endsAt == nil ? "+" : "-") + ($0.labels["instance"] ?? "") }
                        .joined())
                completed(delivery, outcome, at: now)
            }
            if outcome != .accepted { return texts }
        }
    }
}

@Suite struct `What a webhook is sent and when` {
    private func alert(_ instance: String, name: String = "A", from start: Int = 0, until end: Int? = nil) -> NotifiedAlert {
        NotifiedAlert(labels: Labels(metric: "", ["alertname": name, "instance": instance]), startsAt: at(start), endsAt: end.map(at))
    }

    @Test func `a group waits for group_wait and sends its alerts together`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        dispatcher.receive([alert("b", from: 2)], at: at(2))
        #expect(dispatcher.deliver(at: at(4)) == [])
        #expect(dispatcher.nextWake == at(5))
        #expect(dispatcher.deliver(at: at(5)) == ["+a+b"])
    }

    @Test(arguments: [0, 5]) func `alerts that come together are told together, also where there is nothing to wait for`(wait: Int) {
        var dispatcher = dispatcher { $0.groupWait = .seconds(wait) }
        dispatcher.receive([alert("a"), alert("b")], at: at(wait == 0 ? 0 : 100))
        #expect(dispatcher.deliver(at: at(100)) == ["+a+b"])
    }

    @Test func `a change waits for group_interval and then is told with all that fires`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        _ = dispatcher.deliver(at: at(5))
        dispatcher.receive([alert("a"), alert("b", from: 6)], at: at(6))
        #expect(dispatcher.deliver(at: at(64)) == [])
        #expect(dispatcher.deliver(at: at(65)) == ["+a+b"])
    }

    @Test func `nothing new is not told again before repeat_interval`() {
        var dispatcher = dispatcher()
        var sent: [Int] = []
        for second in stride(from: 0, through: 1300, by: 5) {
            dispatcher.receive([alert("a")], at: at(second))
            if !dispatcher.deliver(at: at(second)).isEmpty { sent.append(second) }
        }
        #expect(sent == [5, 605, 1205])
    }

    @Test func `the end of an alert is told and the group is gone`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        _ = dispatcher.deliver(at: at(5))
        dispatcher.receive([alert("a", until: 30)], at: at(30))
        #expect(dispatcher.deliver(at: at(65)) == ["-a"])
        dispatcher.receive([alert("a", until: 30)], at: at(70))
        #expect(dispatcher.deliver(at: at(200)) == [])
        #expect(dispatcher.nextWake == nil)
    }

    @Test func `without send_resolved the end is not told`() {
        var dispatcher = dispatcher { $0.sendsResolved = false }
        dispatcher.receive([alert("a"), alert("b")], at: at(0))
        _ = dispatcher.deliver(at: at(5))
        dispatcher.receive([alert("a", until: 30), alert("b")], at: at(30))
        #expect(dispatcher.deliver(at: at(65)) == [])
        dispatcher.receive([alert("b", until: 100)], at: at(100))
        #expect(dispatcher.deliver(at: at(125)) == [])
    }

    @Test func `an alert that resolves within group_wait is not told at all`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        dispatcher.receive([alert("a", until: 3)], at: at(3))
        #expect(dispatcher.deliver(at: at(5)) == [])
        #expect(dispatcher.nextWake == nil)
    }

    @Test func `group_by gathers by its labels and three dots keep every alert apart`() {
        var byName = dispatcher()
        byName.receive([alert("a"), alert("b"), alert("a", name: "B")], at: at(0))
        #expect(byName.deliver(at: at(5)) == ["+a+b", "+a"])
        var apart = dispatcher { $0.grouping = .allLabels }
        apart.receive([alert("a"), alert("b")], at: at(0))
        #expect(apart.deliver(at: at(5)) == ["+a", "+b"])
    }

    @Test func `max_alerts cuts a message and counts the rest`() {
        var dispatcher = dispatcher { $0.maxAlerts = 2 }
        dispatcher.receive([alert("a"), alert("b"), alert("c")], at: at(0))
        let message = dispatcher.advance(to: at(5)).first?.message
        #expect(message?.alerts.count == 2)
        #expect(message?.truncatedAlerts == 1)
    }

    @Test func `a receiver that is down learns of an alert that came and went, firing and then resolved`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        #expect(dispatcher.deliver(at: at(5), .failed(retryAfter: nil, "refused")) == ["+a"])
        dispatcher.receive([alert("a", until: 30)], at: at(30))
        var tried = 0
        for second in stride(from: 6, to: 3600, by: 1) {
            tried += dispatcher.deliver(at: at(second), .failed(retryAfter: nil, "refused")).count
        }
        #expect((30...120).contains(tried), "tried \(tried) times in an hour")
        #expect(dispatcher.deliver(at: at(4000)) == ["+a", "-a"])
        #expect(dispatcher.pendingDeliveries == 0)
    }

    @Test func `a thousand messages wait for a receiver that is down, and what changes after them is told as it then is`() {
        var dispatcher = dispatcher()
        for minute in 0..<1010 {
            dispatcher.receive([alert("i\(minute)"), alert("i\(minute - 1)", until: 60 * minute)], at: at(60 * minute))
            _ = dispatcher.deliver(at: at(60 * minute + 5), .failed(retryAfter: nil, "refused"))
        }
        #expect(dispatcher.pendingDeliveries == 1000)
        #expect(dispatcher.deliver(at: at(70_000)).first == "+i0")
        #expect(dispatcher.deliver(at: at(80_000)).last?.contains("+i1009") ?? false)
    }

    @Test func `Retry-After holds a failed delivery back for as long as it says`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        _ = dispatcher.deliver(at: at(5), DeliveryOutcome(status: 429, retryAfter: .seconds(40)))
        #expect(dispatcher.nextWake == at(45))
        #expect(dispatcher.deliver(at: at(44)) == [])
        #expect(dispatcher.deliver(at: at(45)) == ["+a"])
    }

    @Test func `a Retry-After of nothing does not make tries follow each other at once`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        var tried = 0
        for tenth in 50..<650 {
            let now = Timestamp(milliseconds: Int64(tenth) * 100)
            tried += dispatcher.deliver(at: now, DeliveryOutcome(status: 503, retryAfter: .zero)).count
        }
        #expect((4...12).contains(tried), "tried \(tried) times in a minute")
    }

    @Test func `a refused message is not tried again but the group is told anew at its next flush`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        #expect(dispatcher.deliver(at: at(5), DeliveryOutcome(status: 404, retryAfter: nil)) == ["+a"])
        #expect(dispatcher.deliver(at: at(30)) == [])
        #expect(dispatcher.deliver(at: at(65)) == ["+a"])
    }

    @Test func `an end that was refused is told anew, to a receiver that knows of the beginning`() {
        var dispatcher = dispatcher()
        let refused = DeliveryOutcome(status: 400, retryAfter: nil)
        dispatcher.receive([alert("a")], at: at(0))
        #expect(dispatcher.deliver(at: at(5)) == ["+a"])
        dispatcher.receive([alert("a", until: 30)], at: at(30))
        #expect(dispatcher.deliver(at: at(65), refused) == ["-a"])
        #expect(dispatcher.deliver(at: at(125), refused) == ["-a"])
        #expect(dispatcher.deliver(at: at(185)) == ["-a"])
        #expect(dispatcher.deliver(at: at(245)) == [])
        #expect(dispatcher.nextWake == nil)
    }

    @Test func `what ended after a refused message is told when the receiver knows of its beginning, and else not`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        #expect(dispatcher.deliver(at: at(5)) == ["+a"])
        dispatcher.receive([alert("b", from: 30)], at: at(30))
        #expect(dispatcher.deliver(at: at(65), DeliveryOutcome(status: 400, retryAfter: nil)) == ["+a+b"])
        dispatcher.receive([alert("a", until: 70), alert("b", from: 30, until: 70)], at: at(70))
        #expect(dispatcher.deliver(at: at(125)) == ["-a-b"])

        dispatcher.receive([alert("c", from: 200)], at: at(200))
        #expect(dispatcher.deliver(at: at(205), DeliveryOutcome(status: 400, retryAfter: nil)) == ["+c"])
        dispatcher.receive([alert("c", from: 200, until: 210)], at: at(210))
        #expect(dispatcher.deliver(at: at(300)) == [])
        #expect(dispatcher.nextWake == nil)
    }

    @Test func `an end that is refused while later messages wait is told after them`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        #expect(dispatcher.deliver(at: at(5)) == ["+a"])
        dispatcher.receive([alert("a", until: 30), alert("b", from: 30)], at: at(30))
        #expect(dispatcher.deliver(at: at(65), .failed(retryAfter: .seconds(100), "busy")) == ["-a+b"])
        dispatcher.receive([alert("b", from: 30, until: 90)], at: at(90))
        #expect(dispatcher.deliver(at: at(165), DeliveryOutcome(status: 400, retryAfter: nil)) == ["-a+b"])
        #expect(dispatcher.deliver(at: at(166)) == ["-b"])
        #expect(dispatcher.deliver(at: at(185)) == ["-a"])
        #expect(dispatcher.nextWake == nil)
    }

    @Test func `what was refused is told anew, though what waited before it was taken`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        #expect(dispatcher.deliver(at: at(5), .failed(retryAfter: .seconds(100), "busy")) == ["+a"])
        dispatcher.receive([alert("b", from: 30)], at: at(30))
        for delivery in dispatcher.advance(to: at(105)) { dispatcher.completed(delivery, .accepted, at: at(105)) }
        #expect(dispatcher.deliver(at: at(106), DeliveryOutcome(status: 400, retryAfter: nil)) == ["+a+b"])
        #expect(dispatcher.deliver(at: at(125)) == ["+a+b"])
    }

    @Test func `alerts go over to other groups when the grouping changes, and what has ended is told by the old ones`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a"), alert("b"), alert("c")], at: at(0))
        #expect(dispatcher.deliver(at: at(5)) == ["+a+b+c"])
        dispatcher.receive([alert("a", until: 20), alert("d", from: 20, until: 21)], at: at(21))
        var receiver = dispatcher.receiver
        receiver.grouping = .labels(["instance"])
        dispatcher.apply(receiver, externalURL: "", at: at(30))
        #expect(dispatcher.deliver(at: at(30)) == ["-a+b+c", "+b", "+c"])
        dispatcher.receive([alert("b", until: 40)], at: at(40))
        #expect(dispatcher.deliver(at: at(90)) == ["-b"])
        dispatcher.receive([alert("c", until: 100)], at: at(100))
        #expect(dispatcher.deliver(at: at(150)) == ["-c"])
        #expect(dispatcher.nextWake == nil)
    }

    @Test func `alerts that come back to a group are told as new ones, though old messages of it wait`() {
        var dispatcher = dispatcher()
        dispatcher.receive([alert("a")], at: at(0))
        #expect(dispatcher.deliver(at: at(5)) == ["+a"])
        dispatcher.receive([alert("b", from: 30)], at: at(30))
        #expect(dispatcher.deliver(at: at(65), .failed(retryAfter: .seconds(500), "busy")) == ["+a+b"])
        let old = dispatcher.receiver
        var receiver = old
        receiver.grouping = .labels(["instance"])
        dispatcher.apply(receiver, externalURL: "", at: at(70))
        #expect(dispatcher.deliver(at: at(70)) == ["+a", "+b"])
        dispatcher.apply(old, externalURL: "", at: at(80))
        #expect(dispatcher.deliver(at: at(600)) == ["+a+b", "+a+b"])
    }

    @Test func `an alert whose rule is no longer evaluated counts as resolved when its telling runs out`() {
        var dispatcher = dispatcher()
        var firing = alert("a")
        firing.validUntil = at(50)
        dispatcher.receive([firing], at: at(0))
        _ = dispatcher.deliver(at: at(5))
        #expect(dispatcher.deliver(at: at(65)) == ["-a"])
    }

    @Test func `at most eight requests are on their way at once`() {
        var dispatcher = dispatcher { $0.grouping = .allLabels }
        dispatcher.receive((0..<20).map { alert("i\($0)") }, at: at(0))
        let first = dispatcher.advance(to: at(5))
        #expect(first.count == 8)
        #expect(dispatcher.advance(to: at(5)).isEmpty)
        for delivery in first { dispatcher.completed(delivery, .accepted, at: at(6)) }
        #expect(dispatcher.advance(to: at(6)).count == 8)
    }
}
