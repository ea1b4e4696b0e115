import LapwingAlerting
import LapwingSeries
import LapwingText
import Testing

@testable import LapwingRules

private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

private func group(_ rules: String, name: String = "g") throws -> RuleGroup {
    try #require(try RuleFile.read(SourceText(name: "r.yml", "groups: [{name: \(name), rules: [\(rules)]}]")).groups.first)
}

private func alert(
    _ name: String, _ instance: String = "i", from start: Int64 = 0, _ change: (inout Alert) -> Void = { _ in }
) -> Alert {
    let labels = Labels(metric: "", ["alertname": name, "instance": instance])
    var alert = Alert(labels: labels, annotations: [Label(name: "summary", value: "text")], value: 1, activeAt: at(start))
    change(&alert)
    return alert
}

private func state(_ alerts: [[Alert]]) -> GroupState {
    var state = GroupState(ruleCount: alerts.count)
    for (index, alerts) in alerts.enumerated() { state.rules[index].active = ActiveAlerts(alerts) }
    return state
}

@Suite struct `Alerts in the log` {
    private let rules = "{alert: A, expr: x, for: 1m}, {record: r, expr: x}, {alert: B, expr: y, labels: {severity: page}}"

    /// What a data directory would hold after some notes.
    private func directory(_ notes: [[Note]]) -> [Note] {
        var kept: [String: [UInt8]] = [:]
        for note in notes.joined() { kept[note.key] = note.value }
        return kept.map { Note($0.key, $0.value) }
    }

    @Test func `only what changed is written, and nothing where nothing did`() throws {
        let group = try group(rules)
        var kept = KeptAlerts()
        kept.adopt(group)
        let first = state([[alert("A")], [], [alert("B"), alert("B", "j")]])
        #expect(kept.changes(of: group.key, to: GroupState(ruleCount: 3), at: at(0)) == [])
        #expect(kept.changes(of: group.key, to: first, at: at(0)).count == 9)
        #expect(kept.changes(of: group.key, to: first, at: at(10)) == [])
        let value = state([[alert("A") { $0.value = 2 }], [], [alert("B"), alert("B", "j")]])
        #expect(kept.changes(of: group.key, to: value, at: at(20)).map(\.key) == ["alert/1/is"])
        let text = state([[alert("A") { $0.value = 2 }], [], [alert("B"), alert("B", "j") { $0.annotations = [] }]])
        #expect(kept.changes(of: group.key, to: text, at: at(30)).map(\.key) == ["alert/3/says"])
        let gone = kept.changes(of: group.key, to: state([[], [], [alert("B")]]), at: at(40))
        #expect(gone.allSatisfy { $0.value == nil } && gone.count == 6)
    }

    @Test func `a value that is no number is written once`() throws {
        let group = try group(rules)
        var kept = KeptAlerts()
        kept.adopt(group)
        let nan = state([[alert("A") { $0.value = .nan }], [], []])
        #expect(kept.changes(of: group.key, to: nan, at: at(0)).count == 3)
        #expect(kept.changes(of: group.key, to: nan, at: at(10)) == [])
    }

    @Test func `every field of an alert is read back`() throws {
        let group = try group(rules)
        var kept = KeptAlerts()
        kept.adopt(group)
        let firing = alert("B", "j") { alert in
            alert.state = .firing
            (alert.firedAt, alert.keepFiringSince) = (at(61), at(70))
            (alert.lastSentAt, alert.validUntil, alert.value) = (at(65), at(305), -0.0)
        }
        let ended = alert("B") { alert in
            alert.state = .inactive
            (alert.firedAt, alert.resolvedAt) = (at(5), at(6))
        }
        let notes = kept.changes(of: group.key, to: state([[alert("A", from: -7)], [], [firing, ended]]), at: at(80))
        var other = KeptAlerts()
        let (groups, faults) = other.restore(directory([notes]))
        #expect(faults == [])
        let restored = try #require(groups[group.key])
        #expect(restored.lastChange == at(80))
        let (carried, orphans) = GroupState.carried(from: restored.state, of: restored.places, to: group)
        #expect(orphans == [])
        #expect(carried.rules.map(\.active.all) == [[alert("A", from: -7)], [], [ended, firing]])
        #expect(carried.rules[2].active.all.last?.value.sign == .minus)
        other.adopt(group)
        #expect(other.changes(of: group.key, to: carried, at: at(90)) == [], "what was read is known as written")
    }

    @Test func `rules are found again by kind, name, labels and number, and the alerts of others end`() throws {
        let old = try group("{alert: A, expr: x}, {alert: A, expr: y}, {alert: B, expr: x}, {alert: C, expr: x, labels: {a: b}}")
        var kept = KeptAlerts()
        kept.adopt(old)
        let firing: (inout Alert) -> Void = { $0.state = .firing }
        let notes = kept.changes(
            of: old.key, to: state([[alert("A")], [alert("A", "j")], [alert("B", "i", firing)], [alert("C", "i", firing)]]), at: at(0))
        let new = try group("{alert: C, expr: x, labels: {a: c}}, {alert: A, expr: other}, {alert: A, expr: y}")
        var other = KeptAlerts()
        let restored = try #require(other.restore(directory([notes])).groups[old.key])
        let (carried, orphans) = GroupState.carried(from: restored.state, of: restored.places, to: new)
        #expect(carried.rules.map { $0.active.all.map(\.labels) } == [[], [alert("A").labels], [alert("A", "j").labels]])
        #expect(orphans.map(\.alert.labels) == [alert("B").labels, alert("C").labels] && orphans.map(\.expression) == ["x", "x"])
        other.adopt(new)
        var shifted = carried
        shifted.rules[1].active.shiftWaiting(by: .seconds(60))
        let removed = other.removals(of: new.key, to: shifted)
        #expect(Set(removed.map(\.key)) == Set(["of", "is", "says"].flatMap { ["alert/3/\($0)", "alert/4/\($0)"] }) && removed.allSatisfy { $0.value == nil })
        #expect(other.changes(of: new.key, to: shifted, at: at(10)).map(\.key) == ["alert/1/is"], "a shift is written with the evaluation")
        let outcome = GroupOutcome(ending: orphans, at: at(20))
        #expect(outcome.transitions.map(\.change) == [.resolved, .resolved] && outcome.alerts.flatMap(\.due).map(\.resolvedAt) == [at(20), at(20)])
    }

    @Test func `notes that cannot be understood are told, and the others are used`() throws {
        let group = try group(rules)
        var kept = KeptAlerts()
        kept.adopt(group)
        var notes = kept.changes(of: group.key, to: state([[alert("A")], [], [alert("B")]]), at: at(0))
        notes[1].value?[0] = 9
        notes.append(Note("alert/77/is", [1]))
        var other = KeptAlerts()
        let (groups, faults) = other.restore(notes)
        #expect(faults == ["alert 1: it has version 9, and this program reads 1", "alert 77: a part of its notes is missing"])
        #expect(groups[group.key]?.state.rules.map(\.active.count) == [1])
    }

    @Test func `notes cut short or changed in any byte never trap`() throws {
        let group = try group(rules)
        var kept = KeptAlerts()
        kept.adopt(group)
        let notes = kept.changes(of: group.key, to: state([[alert("A")], [], []]), at: at(0))
        for (index, note) in notes.enumerated() {
            for offset in note.value?.indices ?? 0..<0 {
                for value in [note.value.map { Array($0[..<offset]) }, note.value.map { $0[..<offset] + [255] + $0[(offset + 1)...] }] {
                    var changed = notes
                    changed[index].value = value
                    var other = KeptAlerts()
                    #expect(other.restore(changed).groups.count <= 1)
                }
            }
        }
    }
}

@Suite struct `Time spent down` {
    private let schedule = GroupSchedule(key: GroupKey(file: "r.yml", name: "g"), interval: .seconds(10))

    private func resume(
        _ alerts: [Alert], missing: Int64, _ change: (inout RestartRule) -> Void = { _ in }
    ) throws -> (state: GroupState, orphans: [OrphanedAlert], start: Timestamp) {
        let group = try group("{alert: A, expr: x, for: 1m}")
        let last = schedule.slot(atOrBefore: at(1000))
        let start = last + .seconds(10 * missing + 11)
        var state = state([alerts])
        var rule = RestartRule()
        change(&rule)
        let orphans = rule.resume(&state, of: group, last: last, schedule, at: start)
        return (state, orphans, start)
    }

    private let pending = alert("A", from: 900)
    private let kept = alert("A", from: 900) { alert in
        alert.state = .firing
        (alert.firedAt, alert.keepFiringSince, alert.validUntil) = (at(960), at(990), at(1200))
    }

    @Test func `means nothing where no evaluation was missed`() throws {
        let (state, orphans, start) = try resume([kept], missing: 0)
        #expect(state.rules[0].active.all == [kept] && orphans == [] && state.rules[0].heldUntil < start)
    }

    @Test func `lets waits last longer by what was missed, and ends no alert before the second evaluation`() throws {
        let (state, orphans, start) = try resume([kept], missing: 30)
        #expect(orphans == [])
        let alert = try #require(state.rules[0].active.all.first)
        #expect(alert.activeAt == at(900) && alert.firedAt == at(960) && alert.keepFiringSince == at(990 + 300))
        #expect(state.rules[0].held([], at: start).map(\.labels) == [kept.labels])
        #expect(state.rules[0].held([], at: start + .seconds(10)) == [])
        #expect(try resume([pending], missing: 30).state.rules[0].active.all.map(\.activeAt) == [at(1200)])
    }

    @Test func `forgets after the tolerance, and what fired has ended when its telling ran out`() throws {
        let (state, orphans, start) = try resume([kept], missing: 361)
        #expect(state.rules[0].active.isEmpty)
        #expect(GroupOutcome(ending: orphans, at: start).alerts.flatMap(\.due).map(\.resolvedAt) == [at(1200)])
        let outcome = GroupOutcome(ending: try resume([pending], missing: 361).orphans, at: start)
        #expect(outcome.transitions.map(\.change) == [.dropped] && outcome.alerts.flatMap(\.due) == [])
    }

    @Test func `with a grace period lets what is pending wait as long at least`() throws {
        let old = alert("A", from: 945)
        let first = schedule.first(after: schedule.slot(atOrBefore: at(1000)), resumingAt: schedule.slot(atOrBefore: at(1000)) + .seconds(31))
        let state = try resume([old], missing: 2) { $0.forGracePeriod = .seconds(30) }.state
        #expect(state.rules[0].active.all.map(\.activeAt) == [max(at(965), first + .seconds(30) - .seconds(60))])
        // A `for` that is shorter than the grace period does not wait for it.
        #expect(try resume([old], missing: 2) { $0.forGracePeriod = .seconds(61) }.state.rules[0].active.all.map(\.activeAt) == [at(965)])
    }

    @Test func `an instant whose evaluation may have been cut short is evaluated again, one that is known to be done is not`() {
        let slot = schedule.slot(atOrBefore: at(1000))
        #expect(schedule.first(after: slot - .seconds(10), resumingAt: slot + .seconds(3)) == slot)
        #expect(schedule.first(after: slot, resumingAt: slot + .seconds(3)) == slot + .seconds(10))
        #expect(schedule.first(after: .distantPast, resumingAt: slot) == slot)
    }
}
