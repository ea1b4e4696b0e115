import LapwingAlerting
import LapwingDisk
import LapwingNotify
import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import SeededRandom

@testable import Lapwing

/// What happens around the service: what expressions give at each evaluation, and who answers when.
struct Scenario: Sendable {
    static let start: Int64 = 1_700_000_000
    static let scripted = 300
    /// With what follows, in which everybody answers and nothing has a result.
    static let ticks = scripted + 180

    static let rules = """
        groups:
          - name: g
            interval: 10s
            rules:
              - {alert: Instant, expr: a, annotations: {summary: '{{ $value }}'}}
              - {alert: Waits, expr: b, for: 25s}
              - {alert: Keeps, expr: c, keep_firing_for: 25s}
              - {alert: Both, expr: d, for: 10s, keep_firing_for: 15s, labels: {severity: page}}
              - {record: r, expr: a}
        """

    /// Two rules are gone, one is new, one says other things, one waits longer, and all stand elsewhere.
    static let otherRules = """
        groups:
          - name: g
            interval: 10s
            rules:
              - {alert: Both, expr: d, for: 20s, keep_firing_for: 15s, labels: {severity: page}}
              - {alert: Fresh, expr: b, for: 10s}
              - {alert: Instant, expr: a, annotations: {summary: 'now {{ $value }}'}}
        """

    /// When the file of rules is another, in seconds.
    static let reloaded = 95..<203

    static let reloads = [reloaded.lowerBound, receiversReloaded.lowerBound, reloaded.upperBound, receiversReloaded.upperBound]

    /// When there are other receivers, in seconds: while the rules are others too, and beyond.
    static let receiversReloaded = 150..<240

    static func hasOtherReceivers(at time: Timestamp) -> Bool { receiversReloaded.contains(Int(time.milliseconds / 1000 - start)) }

    /// Two are there always, one of them with another wait at times. Of two that come and go one is never down, and one is, whenever it
    /// goes, so that what waits for it is told nobody.
    func receivers(at time: Timestamp) -> Outbox.Configuration {
        let isOther = Self.hasOtherReceivers(at: time)
        var configuration = Outbox.Configuration()
        var steady = WebhookReceiver(name: "steady", url: "http://steady/")
        (steady.groupWait, steady.groupInterval, steady.repeatInterval) = (.seconds(5), .seconds(20), .seconds(isOther ? 90 : 60))
        var flaky = WebhookReceiver(name: "flaky", url: "http://flaky/")
        (flaky.groupWait, flaky.groupInterval, flaky.grouping) = (.zero, .seconds(15), .allLabels)
        var other = WebhookReceiver(name: "other", url: "http://other/")
        (other.groupWait, other.groupInterval) = (.seconds(3), .seconds(10))
        let deaf = WebhookReceiver(name: "deaf", url: "http://deaf/")
        configuration.webhooks = isOther ? [other, steady, flaky] : [steady, deaf, flaky]
        configuration.alertmanagers = [AlertmanagerReceiver(url: "http://am-steady"), AlertmanagerReceiver(url: "http://am-flaky")]
        return configuration
    }

    /// By expression, then by evaluation: what each instance gives, or that the query fails.
    private var results: [String: [[Double?]?]] = [:]
    private var outages: [Range<Int>] = []

    init(seed: UInt64) {
        var random = SeededGenerator(seed)
        for expression in ["a", "b", "c", "d"] {
            var isOn = [false, false]
            results[expression] = (0...Self.scripted / 10).map { _ in
                if random.below(12) == 0 { return nil }
                return isOn.indices.map { instance in
                    if random.below(4) == 0 { isOn[instance].toggle() }
                    return isOn[instance] ? Double(random.below(3)) : nil
                }
            }
        }
        for _ in 0..<3 {
            let begin = random.below(Self.scripted)
            outages.append(begin..<min(Self.scripted, begin + random.below(80)))
        }
    }

    /// The group as the file of rules has it.
    func group(at time: Timestamp) throws(SourceError) -> RuleGroup {
        let second = Int(time.milliseconds / 1000 - Self.start)
        let text = Self.reloaded.contains(second) ? Self.otherRules : Self.rules
        return try RuleFile.read(SourceText(name: "r.yml", text)).groups[0]
    }

    func isDown(_ receiver: String, at tick: Int) -> Bool {
        if receiver.contains("deaf") { return tick < Self.receiversReloaded.upperBound + 20 }
        return receiver.contains("flaky") && outages.contains { $0.contains(tick) }
    }

    func vector(_ expression: String, at time: Timestamp) throws(QueryError) -> [VectorSample] {
        let index = Int((time.milliseconds / 1000 - Self.start) / 10)
        let evaluations = results[expression] ?? []
        if index >= evaluations.count { return [] }
        guard let instances = evaluations[max(0, index)] else { throw .execution("it fails") }
        return instances.enumerated().compactMap { instance, value in
            value.map { VectorSample(labels: Labels(metric: "x", ["instance": "\(instance)"]), time: time.milliseconds, value: $0) }
        }
    }
}

/// The service between two crashes: what `RuleScheduler` and `Notifier` do, one step after another.
struct SimulatedService {
    struct Died: Error {}

    private struct Querier: RuleQuerier {
        let scenario: Scenario

        func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
            QueryResult(value: .vector(try scenario.vector(query.text, at: time)))
        }

        func prepare(_ text: String) throws(QueryError) -> PreparedQuery {
            do throws(PromQLSyntaxError) { return try PreparedQuery(text) } catch { throw .syntax(error) }
        }
    }

    private let store: Store
    private let scenario: Scenario
    private var group: RuleGroup
    private let environment: RuleEnvironment
    private let schedule: GroupSchedule
    private var state: GroupState
    private var kept = KeptAlerts()
    private(set) var outbox: Outbox
    private var slot: Timestamp
    private var hasOtherReceivers: Bool

    /// Starts over what the disk holds.
    init(_ scenario: Scenario, on disk: SimulatedDisk, isSynced: Bool, at now: Timestamp) throws {
        var durability = DurabilityOptions()
        if isSynced { durability.syncInterval = .zero }
        do { store = try Store.open("/data", on: disk, durability: durability, random: { 7 }).store } catch { throw Died() }
        self.scenario = scenario
        group = try scenario.group(at: now)
        environment = RuleEnvironment(
            querier: Querier(scenario: scenario), sink: store, externalURL: "http://l", defaultInterval: .seconds(10), elapsed: { .zero })
        schedule = GroupSchedule(key: group.key, interval: .seconds(10))
        hasOtherReceivers = Scenario.hasOtherReceivers(at: now)
        outbox = Outbox(scenario.receivers(at: now), restoring: store.notes(beginning: Outbox.notePrefix), at: now)
        let resumption = RuleResumption(notes: store.notes(beginning: KeptAlerts.notePrefix), source: store, begunAt: .distantPast)
        let (old, faults) = kept.restore(resumption.notes)
        precondition(faults.isEmpty && outbox.faults.isEmpty, "\(faults) \(outbox.faults)")
        state = GroupState(ruleCount: group.rules.count)
        slot = schedule.first(after: old[group.key]?.lastChange ?? .distantPast, resumingAt: now)
        guard var known = old[group.key] else {
            kept.adopt(group)
            return
        }
        resumption.resumeSeries(of: &known.state, in: store)
        var (carried, orphans) = GroupState.carried(from: known.state, of: known.places, to: group)
        let seen = resumption.lastEvaluation(of: carried, group, environment, before: now)
        orphans += resumption.rule.resume(&carried, of: group, last: max(known.lastChange, seen ?? .distantPast), schedule, at: now)
        try change(to: group, carried, ending: orphans, at: now)
    }

    /// Does what is due: hands what is sent to `receive`, and says when the log knows of it.
    mutating func advance(to now: Timestamp, receive: (Delivery) -> DeliveryOutcome, noted: () -> Void) throws {
        let group = try scenario.group(at: now)
        if group.places != self.group.places {
            let (carried, orphans) = GroupState.carried(from: state, of: self.group.places, to: group)
            try change(to: group, carried, ending: orphans, at: now)
        }
        if hasOtherReceivers != Scenario.hasOtherReceivers(at: now) {
            hasOtherReceivers.toggle()
            outbox.apply(scenario.receivers(at: now), at: now)
            try keep([])
        }
        if slot <= now {
            try evaluate()
            slot = schedule.next(after: slot, now: now).slot
        }
        while true {
            let deliveries = outbox.advance(to: now)
            try keep([])
            if deliveries.isEmpty { return }
            if deliveries.contains(where: { $0.attempt == 0 }) { try settle() }
            for delivery in deliveries {
                let outcome = receive(delivery)
                outbox.completed(delivery, outcome, at: now)
                try keep([])
                noted()
            }
        }
    }

    func checkpoint() throws { do { try store.checkpoint() } catch { throw Died() } }

    private mutating func evaluate() throws {
        let outcome = group.evaluate(&state, at: slot, in: environment)
        // A query that fails is part of the scenario; a disk that fails is the end.
        if outcome.failures.contains(where: { $0.message != "it fails" }) { throw Died() }
        let notes = kept.changes(of: group.key, to: state, at: slot)
        take(outcome)
        try keep(notes)
    }

    /// Goes on with other rules.
    private mutating func change(to group: RuleGroup, _ carried: GroupState, ending orphans: [OrphanedAlert], at now: Timestamp) throws {
        (self.group, state) = (group, carried)
        kept.adopt(group)
        let notes = kept.removals(of: group.key, to: state)
        take(GroupOutcome(ending: orphans, at: now))
        try keep(notes)
    }

    private mutating func take(_ outcome: GroupOutcome) {
        let due = outcome.alerts.flatMap { rule in
            NotifiedAlert.alerts(rule.due, expression: rule.expression, externalLabels: .empty, externalURL: "http://l")
        }
        outbox.receive(due, outcome.transitions.map { AlertHistory.Change($0, group: "g", file: "r.yml") }, at: outcome.at)
    }

    private mutating func keep(_ notes: [Note]) throws {
        do { try store.setNotes(notes + outbox.takeNotes()) } catch { throw Died() }
    }

    private func settle() throws { do { try store.syncNotes() } catch { throw Died() } }
}
