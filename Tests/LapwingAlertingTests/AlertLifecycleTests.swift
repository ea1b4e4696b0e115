import LapwingSeries
import Testing

@testable import LapwingAlerting

private let labels = Labels(metric: "", ["alertname": "A", "instance": "one"])
private let step: Int64 = 60_000

private func time(_ tick: Int) -> Timestamp { Timestamp(milliseconds: Int64(tick) * step) }

private func result(_ tick: Int, value: Double = 1, labels: Labels = labels) -> Alert {
    Alert(labels: labels, value: value, activeAt: time(tick))
}

@Suite struct `The life of an alert` {
    @Test func `without for an alert fires at its first result`() throws {
        var active = ActiveAlerts()
        let transitions = try AlertLifecycle().step(&active, results: [result(0)], at: time(0))
        #expect(transitions.map(\.change) == [.pending, .firing])
        #expect(active[labels]?.state == .firing)
        #expect(active[labels]?.firedAt == time(0))
    }

    @Test func `with for an alert fires at the first evaluation that is for after the first result`() throws {
        let lifecycle = AlertLifecycle(hold: .seconds(120))
        var active = ActiveAlerts()
        var changes: [[AlertTransition.Change]] = []
        for tick in 0..<4 {
            changes.append(try lifecycle.step(&active, results: [result(tick)], at: time(tick)).map(\.change))
        }
        #expect(changes == [[.pending], [], [.firing], []])
        #expect(active[labels]?.activeAt == time(0))
        #expect(active[labels]?.firedAt == time(2))
    }

    @Test func `one evaluation without a result starts for anew`() throws {
        let lifecycle = AlertLifecycle(hold: .seconds(120))
        var active = ActiveAlerts()
        _ = try lifecycle.step(&active, results: [result(0)], at: time(0))
        let gap = try lifecycle.step(&active, results: [], at: time(1))
        #expect(gap.map(\.change) == [.dropped])
        #expect(active.isEmpty)
        for tick in 2..<4 { _ = try lifecycle.step(&active, results: [result(tick)], at: time(tick)) }
        #expect(active[labels]?.state == .pending)
        _ = try lifecycle.step(&active, results: [result(4)], at: time(4))
        #expect(active[labels]?.state == .firing)
    }

    @Test func `a resolved alert is kept for fifteen minutes and then forgotten`() throws {
        let lifecycle = AlertLifecycle()
        var active = ActiveAlerts()
        _ = try lifecycle.step(&active, results: [result(0)], at: time(0))
        let end = try lifecycle.step(&active, results: [], at: time(1))
        #expect(end.map(\.change) == [.resolved])
        for tick in 2...16 { _ = try lifecycle.step(&active, results: [], at: time(tick)) }
        #expect(active[labels]?.resolvedAt == time(1))
        _ = try lifecycle.step(&active, results: [], at: time(17))
        #expect(active.isEmpty)
    }

    @Test func `a result for a resolved alert begins a new one`() throws {
        let lifecycle = AlertLifecycle(hold: .seconds(60))
        var active = ActiveAlerts()
        for tick in 0..<2 { _ = try lifecycle.step(&active, results: [result(tick)], at: time(tick)) }
        _ = try lifecycle.step(&active, results: [], at: time(2))
        let again = try lifecycle.step(&active, results: [result(3)], at: time(3))
        #expect(again.map(\.change) == [.pending])
        #expect(active[labels]?.activeAt == time(3))
        #expect(active[labels]?.resolvedAt == nil)
    }

    @Test func `keep_firing_for holds an alert without results and a result resets it`() throws {
        let lifecycle = AlertLifecycle(keepFiringFor: .seconds(120))
        var active = ActiveAlerts()
        _ = try lifecycle.step(&active, results: [result(0)], at: time(0))
        _ = try lifecycle.step(&active, results: [], at: time(1))
        #expect(active[labels]?.state == .firing)
        #expect(active[labels]?.keepFiringSince == time(1))
        _ = try lifecycle.step(&active, results: [result(2)], at: time(2))
        #expect(active[labels]?.keepFiringSince == nil)
        for tick in 3..<5 { _ = try lifecycle.step(&active, results: [], at: time(tick)) }
        #expect(active[labels]?.state == .firing)
        let end = try lifecycle.step(&active, results: [], at: time(5))
        #expect(end.map(\.change) == [.resolved])
    }

    @Test func `a longer for after a reload sends a firing alert back to pending`() throws {
        var active = ActiveAlerts()
        _ = try AlertLifecycle().step(&active, results: [result(0)], at: time(0))
        let back = try AlertLifecycle(hold: .seconds(600)).step(&active, results: [result(1)], at: time(1))
        #expect(back.map(\.change) == [.pending])
        #expect(active[labels]?.firedAt == nil)
    }

    @Test func `an evaluation brings value and annotations up to date and keeps the times`() throws {
        var active = ActiveAlerts()
        _ = try AlertLifecycle().step(&active, results: [result(0, value: 1)], at: time(0))
        var next = result(1, value: 7)
        next.annotations = [Label(name: "summary", value: "seven")]
        _ = try AlertLifecycle().step(&active, results: [next], at: time(1))
        #expect(active[labels]?.value == 7)
        #expect(active[labels]?.annotations == next.annotations)
        #expect(active[labels]?.activeAt == time(0))
    }

    @Test func `two results with the same labels fail and change nothing`() throws {
        var active = ActiveAlerts([result(0)])
        let before = active
        #expect(throws: AlertStepError.duplicateLabels(labels)) {
            try AlertLifecycle().step(&active, results: [result(1), result(1)], at: time(1))
        }
        #expect(active == before)
    }

    @Test func `more alerts than the limit fail and leave none`() throws {
        let other = labels.setting("instance", "two")
        var active = ActiveAlerts([result(0)])
        #expect(throws: AlertStepError.limitExceeded(limit: 1, count: 2)) {
            try AlertLifecycle(limit: 1).step(&active, results: [result(1), result(1, labels: other)], at: time(1))
        }
        #expect(active.isEmpty)
        #expect(try AlertLifecycle(limit: 2).step(&active, results: [result(2), result(2, labels: other)], at: time(2)).count == 4)
    }

    @Test func `samples carry the state and the second of the beginning`() throws {
        var active = ActiveAlerts()
        _ = try AlertLifecycle(hold: .seconds(60)).step(&active, results: [result(2)], at: time(2))
        let samples = AlertSamples.samples(of: active)
        #expect(samples.map(\.labels.seriesText) == [
            #"ALERTS{alertname="A", alertstate="pending", instance="one"}"#,
            #"ALERTS_FOR_STATE{alertname="A", instance="one"}"#,
        ])
        #expect(samples.map(\.value) == [1, 120])
        let between = ActiveAlerts([Alert(labels: labels, value: 1, activeAt: Timestamp(milliseconds: 120_999))])
        #expect(AlertSamples.samples(of: between).map(\.value) == [1, 120])
    }

    @Test func `an Alertmanager is told at once, after the resend delay, and of the end`() throws {
        var active = ActiveAlerts()
        _ = try AlertLifecycle().step(&active, results: [result(0)], at: time(0))
        let first = active.takeDue(at: time(0), resendDelay: .seconds(60), interval: .seconds(15))
        #expect(first.map(\.validUntil) == [time(4)])
        #expect(active.takeDue(at: time(1), resendDelay: .seconds(60), interval: .seconds(15)).isEmpty)
        #expect(active.takeDue(at: time(2), resendDelay: .seconds(60), interval: .seconds(15)).count == 1)
        _ = try AlertLifecycle().step(&active, results: [], at: time(3))
        let end = active.takeDue(at: time(3), resendDelay: .seconds(60), interval: .seconds(15))
        #expect(end.map(\.resolvedAt) == [time(3)])
    }

    @Test func `a resend delay that a reload makes shorter holds at once`() throws {
        var active = ActiveAlerts()
        _ = try AlertLifecycle().step(&active, results: [result(0)], at: time(0))
        func told(_ delay: Duration, at now: Timestamp) -> Int { active.takeDue(at: now, resendDelay: delay, interval: .seconds(15)).count }
        #expect(told(.seconds(600), at: time(0)) == 1)
        #expect(told(.seconds(600), at: time(2)) == 0)
        #expect(told(.seconds(60), at: time(2)) == 1)
    }

    @Test func `a pending alert is told to nobody`() throws {
        var active = ActiveAlerts()
        _ = try AlertLifecycle(hold: .seconds(60)).step(&active, results: [result(0)], at: time(0))
        #expect(active.takeDue(at: time(0), resendDelay: .zero, interval: .zero).isEmpty)
    }
}
