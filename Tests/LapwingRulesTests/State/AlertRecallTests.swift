import LapwingAlerting
import LapwingPromQL
import LapwingSeries
import LapwingText
import Synchronization
import Testing

@testable import LapwingRules

/// Answers `ALERTS_FOR_STATE` with what another process has left, and everything else with what holds now.
private final class DistantServer: RuleQuerier, Sendable {
    let state: Mutex<(left: [MatrixSeries], now: [VectorSample], isDown: Bool, queries: [String])>

    init(left: [MatrixSeries], now: [VectorSample]) { state = Mutex((left, now, false, [])) }

    func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try QueryEngine().prepare(text) }

    func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
        let value: QueryValue? = state.withLock { state in
            state.queries.append(query.text)
            if state.isDown { return nil }
            if query.text == "x" { return .vector(state.now) }
            if query.text.hasSuffix("]") { return .matrix(QueryMatrix(state.left)) }
            // The one of instance c has ended, as its mark says that stands behind its last sample.
            let living = state.left.filter { $0.labels["instance"] != "c" || $0.times.contains(time.milliseconds) }
            return .vector(living.map { VectorSample(labels: $0.labels, time: time.milliseconds, value: 1) })
        }
        guard let value else { throw .execution("down") }
        return QueryResult(value: value)
    }
}

private struct NoSink: SampleSink {
    func references(for labels: [Labels]) -> [SeriesReference] { labels.indices.map { SeriesReference(UInt64($0)) } }
    func append(_ batch: SampleBatch) -> [RefusedSample] { [] }
}

@Suite struct `Alerts that another process has left at a distant server` {
    private func group() throws -> RuleGroup {
        let text = "groups: [{name: g, interval: 10s, rules: [{alert: Waits, expr: x, for: 5m}, {alert: Fires, expr: x, for: 1m}]}]"
        return try #require(try RuleFile.read(SourceText(name: "r.yml", text)).groups.first)
    }

    private func left(_ name: String, _ instance: String, since seconds: Double, seen: Int64) -> MatrixSeries {
        MatrixSeries(
            labels: Labels(metric: "ALERTS_FOR_STATE", ["alertname": name, "cluster": "c", "instance": instance]), times: [seen * 1000],
            values: [seconds])
    }

    private func result(_ instance: String) -> VectorSample { VectorSample(labels: Labels(metric: "", ["instance": instance]), time: 0, value: 1) }

    @Test func `go on where they were when their rule has a result for them`() throws {
        let server = DistantServer(
            left: [left("Waits", "a", since: 1000, seen: 1090), left("Fires", "a", since: 1000, seen: 1090), left("Fires", "b", since: 1000, seen: 1090),
                left("Fires", "c", since: 1000, seen: 1050),
            ],
            now: [result("a"), result("c")])
        let group = try group()
        var environment = RuleEnvironment(querier: server, sink: NoSink(), externalLabels: Labels(metric: "", ["cluster": "c"]))
        environment.defaultInterval = .seconds(10)
        var state = GroupState(ruleCount: 2)
        state.awaitsRecall = true
        // Two evaluations were missed, at 1100 and 1110.
        let outcome = group.evaluate(&state, recalling: AlertRecall(RestartRule()), at: Timestamp(milliseconds: 1_120_000), in: environment)
        #expect(outcome.failures.isEmpty && !state.awaitsRecall)
        let waits = state.rules[0].active.all.filter { $0.labels["instance"] == "a" }
        #expect(waits.map(\.state) == [.pending] && waits.map(\.activeAt.milliseconds) == [1_020_000])
        let fires = state.rules[1].active.all.filter { $0.labels["instance"] == "a" }
        let anew = state.rules[1].active.all.filter { $0.labels["instance"] == "c" }
        #expect(anew.map(\.state) == [.pending] && anew.map(\.activeAt.milliseconds) == [1_120_000])
        #expect(fires.map(\.state) == [.firing] && fires.map(\.activeAt.milliseconds) == [1_000_000] && fires[0].firedAt?.milliseconds == 1_060_000)
        #expect(fires[0].labels == Labels(metric: "", ["alertname": "Fires", "instance": "a"]))
        let asked = server.state.withLock { $0.queries.first }
        #expect(asked == #"ALERTS_FOR_STATE{alertname=~"Fires|Waits",cluster="c"}[3600000ms]"#)
    }

    @Test func `are looked for until the server answers, and no rule is evaluated before`() throws {
        let server = DistantServer(left: [left("Waits", "a", since: 1000, seen: 1090)], now: [result("a")])
        server.state.withLock { $0.isDown = true }
        let (group, environment) = (try group(), RuleEnvironment(querier: server, sink: NoSink()))
        var state = GroupState(ruleCount: 2)
        state.awaitsRecall = true
        let outcome = group.evaluate(&state, recalling: AlertRecall(RestartRule()), at: Timestamp(milliseconds: 1_100_000), in: environment)
        #expect(outcome.failures.count == 2 && state.awaitsRecall)
        #expect(server.state.withLock { $0.queries.count } == 1)
        server.state.withLock { $0.isDown = false }
        _ = group.evaluate(&state, recalling: AlertRecall(RestartRule()), at: Timestamp(milliseconds: 1_110_000), in: environment)
        #expect(!state.awaitsRecall && server.state.withLock { $0.queries.count } == 5)
    }
}
