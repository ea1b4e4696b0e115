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

    private func until(_ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try !condition() {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(2))
        }
    }

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
}
