import Dispatch
import LapwingAlerting
import LapwingDisk
import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import Synchronization
import Testing

@testable import Lapwing

@Suite struct `A scheduler of rules` {
    /// Answers everything with one sample, and remembers what it was asked.
    private final class Querier: RuleQuerier {
        let asked = Mutex<[String]>([])

        func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try QueryEngine().prepare(text) }

        func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
            asked.withLock { $0.append(query.text) }
            if query.text.hasSuffix("]") { return QueryResult(value: .matrix([])) }
            return QueryResult(value: .vector([VectorSample(labels: .empty, time: time.milliseconds, value: 1)]))
        }
    }

    private func groups(_ text: String) throws -> [RuleGroup] { try RuleFile.read(SourceText(name: "r.yml", "groups: [\(text)]")).groups }

    @Test func `ends the series of a rule that a reload has removed, though it stops before the next evaluation`() async throws {
        let store = Store()
        let scheduler = RuleScheduler(environment: RuleEnvironment(querier: Querier(), sink: store)) { _, _ in }
        try await scheduler.load(groups("{name: g, interval: 10ms, rules: [{record: r, expr: vector(1)}, {record: s, expr: vector(1)}]}"))
        func isThere(_ name: String) throws -> Bool {
            let engine = QueryEngine()
            guard case .vector(let samples) = try engine.instant(engine.prepare(name), at: .now, over: store.snapshot()).value else { return false }
            return !samples.isEmpty
        }
        try await until { try isThere("r") && isThere("s") }
        try await scheduler.load(groups("{name: g, interval: 1h, rules: [{record: s, expr: vector(1)}]}"))
        #expect(try isThere("r"))
        await scheduler.stop()
        #expect(try !isThere("r") && isThere("s"))
    }

    /// What `text` asks for has a value now.
    private func isThere(_ text: String, _ store: Store) throws -> Bool {
        let engine = QueryEngine()
        guard case .vector(let samples) = try engine.instant(engine.prepare(text), at: .now, over: store.snapshot()).value else { return false }
        return !samples.isEmpty
    }

    private func scheduler(_ store: Store) -> RuleScheduler {
        RuleScheduler(
            environment: RuleEnvironment(querier: Querier(), sink: store, defaultInterval: .milliseconds(10)),
            resuming: RuleResumption(from: store, store, at: .now, rule: RestartRule()) { Issue.record("\($0)") }
        ) { _, outcome in
            do throws(AppendError) { try store.setNotes(outcome.notes) } catch { Issue.record("\(error)") }
        }
    }

    @Test(arguments: [
        ("{name: g, interval: 1h, rules: [{record: s, expr: vector(1)}]}", "{name: g, interval: 10ms, rules: [{record: s, expr: vector(1)}]}"),
        ("", ""),
    ]) func `series of what a reload has removed end though the process dies before that is told`(_ reloaded: String, _ restarted: String) async throws {
        let disk = SimulatedDisk(seed: 1)
        let begin = "{name: g, interval: 10ms, rules: [{record: r, expr: vector(1)}, {record: s, expr: vector(1)}]}"
        let late = begin.replacing("10ms", with: "1h")
        var store = try Store.open("/data", on: disk).store
        let first = scheduler(store)
        try await first.load(groups(begin))
        try await until { try isThere("r", store) && isThere("s", store) }
        // A group of an hour is marked two hours after its end.
        try await first.load(groups(late))
        try await first.load(groups(reloaded))
        #expect(try isThere("r", store))
        disk.restart(after: .process)

        store = try Store.open("/data", on: disk).store
        #expect(try isThere("r", store))
        let second = scheduler(store)
        try await second.load(groups(restarted))
        try await until { try !isThere("r", store) }
        try await until { store.notes(beginning: KeptAlerts.notePrefix).isEmpty }
        #expect(try isThere("s", store) == !restarted.isEmpty)
        await second.stop()
    }

    @Test func `leaves nothing to be ended to the next process when it stops, however many reloads removed rules`() async throws {
        let store = try Store.open("/data", on: SimulatedDisk(seed: 1)).store
        let scheduler = scheduler(store)
        let rules = ["r", "s", "t"].map { "{record: \($0), expr: vector(1)}" }
        try await scheduler.load(groups("{name: g, interval: 10ms, rules: [\(rules.joined(separator: ", "))]}"))
        try await until { try ["r", "s", "t"].allSatisfy { try isThere($0, store) } }
        for count in [2, 1] {
            try await scheduler.load(groups("{name: g, interval: 1h, rules: [\(rules.suffix(count).joined(separator: ", "))]}"))
            #expect(store.notes(beginning: KeptAlerts.notePrefix).count == 1)
        }
        await scheduler.stop()
        #expect(store.notes(beginning: KeptAlerts.notePrefix).isEmpty)
        #expect(try !isThere("r", store) && !isThere("s", store) && isThere("t", store))
    }

    @Test func `takes up alerts of a process before it, and no evaluation`() async throws {
        let disk = SimulatedDisk(seed: 1)
        var store = try Store.open("/data", on: disk).store
        let often = "{name: g, interval: 10ms, rules: [{alert: A, expr: vector(1)}]}"
        let first = scheduler(store)
        try await first.load(groups(often))
        try await until { !store.notes(beginning: KeptAlerts.notePrefix).isEmpty }
        disk.restart(after: .process)
        store = try Store.open("/data", on: disk).store
        let second = scheduler(store)
        try await second.load(groups(often.replacing("10ms", with: "1h")))
        let state = try #require(second.statuses.first?.state)
        #expect(state.rules[0].active.current.count == 1)
        #expect(state.lastEvaluation == nil && state.latestEvaluation != nil)
        await second.stop()
        await first.stop()
    }

    @Test func `a series whose rule moves to another group goes on without a gap`() async throws {
        let store = try Store.open("/data", on: SimulatedDisk(seed: 1)).store
        let scheduler = scheduler(store)
        try await scheduler.load(groups("{name: g, interval: 20ms, rules: [{record: r, expr: vector(1)}]}"))
        try await until { try isThere("r", store) }
        let begin = Timestamp.now
        try await scheduler.load(groups("{name: h, interval: 20ms, rules: [{record: r, expr: vector(1)}]}"))
        try await until { store.notes(beginning: KeptAlerts.notePrefix).isEmpty }
        await scheduler.stop()
        let engine = QueryEngine()
        let gaps = try engine.range(engine.prepare("absent(r)"), from: begin, through: .now, step: .milliseconds(1), over: store.snapshot())
        guard case .matrix(let found) = gaps.value else { throw QueryError.execution("no matrix") }
        #expect(found.count == 0, "\(found)")
    }

    @Test func `looks for alerts of groups that are new once it is told how`() async throws {
        let querier = Querier()
        let scheduler = RuleScheduler(environment: RuleEnvironment(querier: querier, sink: Store())) { _, _ in }
        let old = "{name: old, interval: 10ms, rules: [{alert: A, expr: a}]}"
        try await scheduler.load(groups(old))
        try await until { querier.asked.withLock { $0.contains("a") } }
        scheduler.recall(by: AlertRecall(RestartRule()))
        try await scheduler.load(groups(old + ", {name: new, interval: 10ms, rules: [{alert: B, expr: b}]}"))
        try await until { querier.asked.withLock { $0.contains("b") } }
        let asked = querier.asked.withLock { $0.filter { $0.contains("ALERTS_FOR_STATE") } }
        #expect(asked.count == 1 && asked[0].contains("B"), "\(asked)")
        await scheduler.stop()
    }

    /// Answers as `Querier`, and the query `slow` only when it is allowed to.
    private final class SlowQuerier: RuleQuerier {
        let quick = Querier()
        let allowed = DispatchSemaphore(value: 0)

        func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try quick.prepare(text) }

        func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
            let result = try quick.instant(query, at: time)
            if query.text == "slow" { allowed.wait() }
            return result
        }

        func count(_ text: String) -> Int { quick.asked.withLock { $0.count { $0 == text } } }
    }

    /// All groups stood still until the slowest had evaluated every rule, whatever a reload had changed.
    @Test(.timeLimit(.minutes(1))) func `a reload leaves groups alone that are the same, and waits for one rule of the others`() async throws {
        let querier = SlowQuerier()
        let scheduler = RuleScheduler(environment: RuleEnvironment(querier: querier, sink: Store())) { _, _ in }
        let fast = "{name: fast, interval: 10ms, rules: [{record: f, expr: fast}]}"
        let slow = "{name: slow, interval: 10ms, rules: [{record: s1, expr: slow}, {record: s2, expr: s1}]}"
        try await scheduler.load(groups("\(fast), \(slow)"))
        try await until { querier.count("slow") == 1 }
        // Returns though a rule is evaluated, and nothing stands still.
        try await scheduler.load(groups("\(slow), \(fast)"))
        let count = querier.count("fast")
        try await until { querier.count("fast") > count + 2 }

        let changed = try groups("\(fast), \(slow.replacing("s2", with: "s3")), {name: new, interval: 10ms, rules: [{record: n, expr: new}]}")
        async let reload: Void = scheduler.load(changed)
        try await until { querier.count("new") > 0 }
        let later = querier.count("fast")
        try await until { querier.count("fast") > later + 2 }
        #expect(querier.count("slow") == 1)
        querier.allowed.signal()
        await reload
        #expect(querier.count("s1") == 0)
        for _ in 0..<1000 { querier.allowed.signal() }
        try await until { querier.count("s1") > 0 }
        #expect(scheduler.statuses.map(\.group.name) == ["fast", "new", "slow"])
        await scheduler.stop()
    }

    /// Two at a time started a group twice, one of them for ever.
    @Test(.timeLimit(.minutes(1))) func `of two loads at a time the later holds, and nothing of the earlier goes on`() async throws {
        let querier = SlowQuerier()
        let scheduler = RuleScheduler(environment: RuleEnvironment(querier: querier, sink: Store())) { _, _ in }
        func load(_ rule: String, _ other: String) async throws {
            let first = "{name: g, interval: 10ms, rules: [{record: r, expr: \(rule)}]}"
            let second = "{name: \(other), interval: 10ms, rules: [{record: s, expr: \(other)}]}"
            try await scheduler.load(groups("\(first), \(second)"))
        }
        try await load("slow", "first")
        try await until { querier.count("slow") == 1 }
        async let earlier: Void = load("before", "second")
        try await until { querier.count("second") > 0 }
        async let later: Void = load("after", "third")
        querier.allowed.signal()
        _ = try await (earlier, later)
        #expect(scheduler.statuses.map(\.group.name) == ["g", "third"])
        let (before, second) = (querier.count("before"), querier.count("second"))
        try await until { querier.count("after") > 5 && querier.count("third") > 5 }
        #expect(querier.count("before") == before && querier.count("second") == second)
        await scheduler.stop()
    }

    /// Nothing was evaluated until a clock that was set back by ten minutes had come as far again.
    @Test func `goes on where the clock is set back`() async throws {
        let (querier, store) = (Querier(), Store())
        let step = Mutex(Duration.zero)
        let scheduler = RuleScheduler(
            environment: RuleEnvironment(querier: querier, sink: store), now: { .now - step.withLock { $0 } }, observer: { _, _ in })
        try await scheduler.load(groups("{name: g, interval: 20ms, rules: [{record: r, expr: a}]}"))
        try await until { querier.asked.withLock { $0.count } > 1 }
        step.withLock { $0 = .seconds(600) }
        let count = querier.asked.withLock { $0.count }
        try await until { querier.asked.withLock { $0.count } > count + 2 }
        let last = try #require(scheduler.statuses.first?.state.lastEvaluation)
        #expect(last < .now - .seconds(500))
        await scheduler.stop()
    }
}
