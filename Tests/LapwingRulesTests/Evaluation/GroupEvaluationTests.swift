import LapwingAlerting
import LapwingPromQL
import LapwingSeries
import LapwingText
import Synchronization
import Testing

@testable import LapwingRules

/// Answers what a test says, whatever is asked, and remembers when.
private final class ScriptedQuerier: RuleQuerier, Sendable {
    let answers = Mutex<[String: Result<[VectorSample], QueryError>]>([:])
    let asked = Mutex<[(text: String, time: Timestamp)]>([])

    func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
        asked.withLock { $0.append((query.text, time)) }
        switch answers.withLock({ $0[query.text] }) {
        case .success(let samples): return QueryResult(value: .vector(samples))
        case .failure(let error): throw error
        case nil: return QueryResult(value: .vector([]))
        }
    }

    func prepare(_ text: String) throws(QueryError) -> PreparedQuery {
        do throws(PromQLSyntaxError) { return try PreparedQuery(text) } catch { throw .syntax(error) }
    }
}

/// Keeps what is appended, by series.
private final class RecordingSink: SampleSink, Sendable {
    struct State {
        var labels: [Labels] = []
        var samples: [String] = []
        /// Samples of each batch.
        var batches: [Int] = []
        var isFull = false
        /// The series before this one are forgotten.
        var firstKnown = 0
    }

    let state = Mutex(State())

    func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] {
        state.withLock { state in
            labels.map { one in
                let place = state.labels[state.firstKnown...].firstIndex(of: one) ?? state.labels.count
                if place == state.labels.count { state.labels.append(one) }
                return SeriesReference(UInt64(place))
            }
        }
    }

    func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] {
        if state.withLock(\.isFull) { throw AppendError(.storageFull, "no space") }
        return state.withLock { state in
            state.batches.append(batch.count)
            var refused: [RefusedSample] = []
            for index in batch.series.indices {
                let place = Int(batch.series[index].rawValue)
                if place < state.firstKnown {
                    refused.append(RefusedSample(index: index, reason: .unknownSeries))
                    continue
                }
                let value = batch.values[index].isStaleMarker ? "stale" : GoNumber.text(batch.values[index])
                state.samples.append("\(state.labels[place].seriesText) \(value) @\(batch.times[index] / 1000)")
            }
            return refused
        }
    }

    /// What came since the last call, sorted.
    func take() -> [String] {
        state.withLock { state in
            defer { state.samples = [] }
            return state.samples.sorted()
        }
    }
}

/// Takes everything, a second for each sample.
private final class SlowSink: SampleSink, Sendable {
    let elapsed = Mutex(Duration.zero)

    func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] { labels.indices.map { SeriesReference(UInt64($0)) } }

    func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] {
        elapsed.withLock { $0 += .seconds(batch.count) }
        return []
    }
}

@Suite struct `A group's evaluation` {
    private let querier = ScriptedQuerier()
    private let sink = RecordingSink()

    private var environment: RuleEnvironment {
        RuleEnvironment(
            querier: querier, sink: sink, externalLabels: Labels(metric: "", ["region": "north"]), externalURL: "http://l", elapsed: { .zero })
    }

    private func group(_ text: String) throws -> RuleGroup {
        try #require(try RuleFile.read(SourceText(name: "r.yml", "groups:\n  - name: g\n" + text)).groups.first)
    }

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    private func sample(_ value: Double, _ labels: KeyValuePairs<String, String> = ["a": "b"]) -> VectorSample {
        VectorSample(labels: Labels(metric: "x", labels), time: 0, value: value)
    }

    @Test func `records results under the rule's name with its labels and ends what is gone`() throws {
        let group = try group("    rules: [{record: 'x:y', expr: x, labels: {team: web, a: ''}}]")
        var state = GroupState(ruleCount: 1)
        querier.answers.withLock { $0["x"] = .success([sample(3), sample(4, ["c": "d"])]) }
        _ = group.evaluate(&state, at: at(10), in: environment)
        #expect(sink.take() == ["x:y{c=\"d\", team=\"web\"} 4 @10", "x:y{team=\"web\"} 3 @10"])
        querier.answers.withLock { $0["x"] = .success([sample(5)]) }
        _ = group.evaluate(&state, at: at(20), in: environment)
        #expect(sink.take() == ["x:y{c=\"d\", team=\"web\"} stale @20", "x:y{team=\"web\"} 5 @20"])
    }

    @Test func `makes alerts with expanded labels and annotations, and writes ALERTS`() throws {
        let group = try group(
            """
                rules:
                  - alert: A
                    expr: x
                    for: 10s
                    labels: {who: '{{ $labels.a }}-{{ $externalLabels.region }}'}
                    annotations: {summary: '{{ $value }} at {{ $externalURL }}'}
            """)
        var state = GroupState(ruleCount: 1)
        querier.answers.withLock { $0["x"] = .success([sample(3)]) }
        let first = group.evaluate(&state, at: at(10), in: environment)
        #expect(first.transitions.map(\.change) == [.pending])
        #expect(first.alerts.first?.due.isEmpty == true && first.alerts.first?.expression == "x")
        #expect(
            sink.take() == [
                #"ALERTS_FOR_STATE{a="b", alertname="A", who="b-north"} 10 @10"#,
                #"ALERTS{a="b", alertname="A", alertstate="pending", who="b-north"} 1 @10"#,
            ])
        let second = group.evaluate(&state, at: at(20), in: environment)
        #expect(second.transitions.map(\.change) == [.firing])
        #expect(second.alerts.first?.due.map(\.annotations) == [[Label(name: "summary", value: "3 at http://l")]])
        #expect(
            sink.take() == [
                #"ALERTS_FOR_STATE{a="b", alertname="A", who="b-north"} 10 @20"#,
                #"ALERTS{a="b", alertname="A", alertstate="firing", who="b-north"} 1 @20"#,
                #"ALERTS{a="b", alertname="A", alertstate="pending", who="b-north"} stale @20"#,
            ])
    }

    @Test func `an alert says what its last evaluation saw, whatever is remembered of those before`() throws {
        let group = try group(
            """
                rules:
                  - alert: A
                    expr: x
                    labels: {who: '{{ $labels.a }}-{{ $externalLabels.region }}'}
                    annotations: {summary: '{{ $value }} at {{ $externalURL }}'}
                  - {alert: B, expr: x, labels: {value: '{{ .Value }}'}, annotations: {now: '{{ now }}'}}
            """)
        var (state, environment) = (GroupState(ruleCount: 2), self.environment)
        func says(_ rule: Int) -> [String] { state.rules[rule].active.current.map { "\($0.labels) \($0.annotations.map(\.value))" } }
        for (value, url) in [(3.0, "http://l"), (4, "http://l"), (4, "http://m")] {
            environment.externalURL = url
            querier.answers.withLock { $0["x"] = .success([sample(value)]) }
            _ = group.evaluate(&state, at: at(Int64(value) * 10), in: environment)
            #expect(says(0) == [#"{a="b", alertname="A", who="b-north"} ["\#(Int(value)) at \#(url)"]"#])
            #expect(says(1) == [#"{a="b", alertname="B", value="\#(Int(value))"} ["\#(Int(value) * 10)"]"#])
        }
        environment.externalLabels = Labels(["region": "south"])
        _ = group.evaluate(&state, at: at(50), in: environment)
        #expect(says(0) == [#"{a="b", alertname="A", who="b-south"} ["4 at http://m"]"#])
    }

    @Test func `a failing rule keeps its alerts and its series, and the others go on`() throws {
        let group = try group("    rules: [{alert: A, expr: x}, {record: r, expr: y}]")
        var state = GroupState(ruleCount: 2)
        querier.answers.withLock {
            $0["x"] = .success([sample(3)])
            $0["y"] = .success([sample(1)])
        }
        _ = group.evaluate(&state, at: at(10), in: environment)
        let before = state.rules[0].active
        _ = sink.take()
        querier.answers.withLock { $0["x"] = .failure(.execution("no")) }
        let outcome = group.evaluate(&state, at: at(20), in: environment)
        #expect(outcome.failures.map(\.message) == ["no"])
        #expect(state.rules[0].health == .bad && state.rules[0].lastError == "no" && state.rules[1].health == .good)
        #expect(state.rules[0].active == before)
        #expect(sink.take() == ["r{a=\"b\"} 1 @20"])
    }

    @Test func `receivers are told though the store takes nothing`() throws {
        let group = try group("    rules: [{alert: A, expr: x}]")
        var state = GroupState(ruleCount: 1)
        querier.answers.withLock { $0["x"] = .success([sample(3)]) }
        sink.state.withLock { $0.isFull = true }
        let outcome = group.evaluate(&state, at: at(10), in: environment)
        #expect(outcome.alerts.first?.due.count == 1)
        #expect(outcome.failures.map(\.message) == ["no space"])
    }

    @Test func `the query offset moves what is asked and what is written`() throws {
        let group = try group("    query_offset: 5s\n    rules: [{record: r, expr: x}]")
        var state = GroupState(ruleCount: 1)
        querier.answers.withLock { $0["x"] = .success([sample(3)]) }
        _ = group.evaluate(&state, at: at(10), in: environment)
        #expect(querier.asked.withLock { $0.map(\.time) } == [at(5)])
        #expect(sink.take() == ["r{a=\"b\"} 3 @5"])
    }

    @Test func `a limit and doubled labels fail the rule`() throws {
        let group = try group("    limit: 1\n    rules: [{record: r, expr: x}, {record: s, expr: y, labels: {a: same}}]")
        var state = GroupState(ruleCount: 2)
        querier.answers.withLock {
            $0["x"] = .success([sample(1), sample(2, ["a": "c"])])
            $0["y"] = .success([sample(1), sample(2, ["a": "c"])])
        }
        #expect(
            group.evaluate(&state, at: at(10), in: environment).failures.map(\.message) == [
                "exceeded limit of 1 with 2 series", "vector contains metrics with the same labelset after applying rule labels",
            ])
    }

    @Test func `a reload keeps what is recognisably the same and ends the rest`() throws {
        let old = try group("    rules: [{alert: A, expr: x}, {alert: B, expr: x}, {record: r, expr: x}]")
        var state = GroupState(ruleCount: 3)
        querier.answers.withLock { $0["x"] = .success([sample(3)]) }
        _ = old.evaluate(&state, at: at(10), in: environment)
        _ = sink.take()
        let new = try group("    rules: [{record: other, expr: y}, {alert: A, expr: x, for: 0s}]")
        var carried = GroupState.carried(from: state, of: old.places, to: new)
        #expect(carried.state.rules[1].active == state.rules[0].active)
        #expect(carried.orphans.map { $0.alert.labels["alertname"] } == ["B"])
        _ = new.evaluate(&carried.state, at: at(20), in: environment)
        let written = sink.take()
        #expect(written.contains("r{a=\"b\"} stale @20"))
        #expect(written.contains(#"ALERTS{a="b", alertname="B", alertstate="firing"} stale @20"#))
        #expect(written.contains(#"ALERTS{a="b", alertname="A", alertstate="firing"} 1 @20"#))
    }

    @Test func `series that the store has forgotten are written anew`() throws {
        let group = try group("    rules: [{record: r, expr: x}]")
        var state = GroupState(ruleCount: 1)
        querier.answers.withLock { $0["x"] = .success([sample(3)]) }
        _ = group.evaluate(&state, at: at(10), in: environment)
        sink.state.withLock { $0.firstKnown = $0.labels.count }
        for seconds in [20, 30] as [Int64] { #expect(group.evaluate(&state, at: at(seconds), in: environment).failures.isEmpty) }
        #expect(sink.take() == [10, 20, 30].map { #"r{a="b"} 3 @\#($0)"# })
    }

    @Test func `what is written at once ends with the rule that makes it much`() throws {
        var group = try group("    rules: [{record: 'r:x', expr: x}, {record: 'r:y', expr: y}, {record: 'r:z', expr: z}]")
        group.planTogether()
        let many = (0...GatheredWrites.enough).map { sample(1, ["i": "\($0)"]) }
        querier.answers.withLock { $0 = ["x": .success(many), "y": .success([sample(1)]), "z": .success([sample(1)])] }
        var state = GroupState(ruleCount: 3)
        _ = group.evaluate(&state, at: at(10), in: environment)
        #expect(sink.state.withLock { $0.batches } == [many.count, 2])
    }

    @Test func `what writing takes counts for the rules, by what they write`() throws {
        var group = try group("    rules: [{record: 'r:x', expr: x}, {record: 'r:y', expr: y}, {record: 'r:z', expr: z}]")
        group.planTogether()
        let sink = SlowSink()
        let environment = RuleEnvironment(querier: querier, sink: sink, elapsed: { sink.elapsed.withLock { $0 } })
        querier.answers.withLock { $0 = ["x": .success([sample(3), sample(4, ["c": "d"])]), "y": .success([sample(5)])] }
        var state = GroupState(ruleCount: 3)
        let outcome = group.evaluate(&state, at: at(10), in: environment)
        #expect(outcome.ruleDurations == [.seconds(2), .seconds(1), .zero] && outcome.duration == .seconds(3))
        #expect(state.rules.map(\.evaluationDuration) == outcome.ruleDurations)
    }

    @Test(arguments: [(1, 1), (7, 7), (95, 5), (5000, 5), (10_000, 10), (15_000, 15), (60_000, 60)])
    func `groups are spread over the interval, at few instants`(milliseconds: Int64, instants: Int) {
        let offsets = Set((0..<2000).map { GroupSchedule(key: GroupKey(file: "r.yml", name: "\($0)"), interval: .milliseconds(milliseconds)).offset })
        #expect(offsets.count == instants)
        #expect(offsets.allSatisfy { (0..<milliseconds).contains($0) })
    }

    @Test func `groups have their own instants, the same after a restart, and missed ones are counted`() {
        let schedule = GroupSchedule(key: GroupKey(file: "r.yml", name: "g"), interval: .seconds(60))
        let slot = schedule.slot(atOrBefore: at(1_000_000))
        #expect(slot <= at(1_000_000) && slot > at(1_000_000 - 60))
        #expect(GroupSchedule(key: GroupKey(file: "r.yml", name: "g"), interval: .seconds(60)).slot(atOrBefore: at(1_000_030)) >= slot)
        #expect(schedule.next(after: slot, now: slot).slot == slot + .seconds(60))
        #expect(schedule.next(after: slot, now: slot + .seconds(60 * 5 + 1)).missed == 4)
        #expect(schedule.slot(atOrBefore: Timestamp(milliseconds: -1)) < Timestamp(milliseconds: 0))
    }

    /// Rules waited until a clock that was set back by ten minutes had come as far again.
    @Test func `a clock that is set back takes the instants with it, and none is evaluated twice for a little`() {
        let schedule = GroupSchedule(key: GroupKey(file: "r.yml", name: "g"), interval: .seconds(60))
        let slot = schedule.slot(atOrBefore: at(1_000_000))
        let next = schedule.next(after: slot, now: slot - .seconds(600))
        #expect(next.slot == slot - .seconds(540) && next.missed == 0)
        #expect(schedule.next(after: slot, now: slot - .seconds(60)).slot == slot)
        #expect(schedule.next(after: slot, now: slot - .seconds(59)).slot == slot + .seconds(60))
        #expect(schedule.next(after: slot, now: slot - .milliseconds(1)).slot == slot + .seconds(60))
    }

    /// A reload waited for all queries of a group.
    @Test(arguments: [false, true]) func `ends before the next rule where it is to end, and the others have missed the instant`(areTogether: Bool) throws {
        var group = try group("    rules: [{record: 'r:x', expr: x}, {record: 'r:y', expr: y}, {record: 'r:z', expr: 'r:x'}]")
        if areTogether { group.planTogether() }
        let isEnding = Mutex(true)
        var environment = environment
        environment.isEnding = { isEnding.withLock { $0 } }
        var state = GroupState(ruleCount: 3)
        _ = group.evaluate(&state, at: at(10), in: environment)
        #expect(state.lastEvaluation == nil && querier.asked.withLock { $0.isEmpty })
        environment.isEnding = { [querier] in querier.asked.withLock { !$0.isEmpty } }
        let outcome = group.evaluate(&state, at: at(20), in: environment)
        #expect(querier.asked.withLock { $0.map(\.text) } == ["x"])
        #expect(state.rules.map(\.lastEvaluation) == [at(20), nil, nil] && state.lastEvaluation == at(20))
        #expect(outcome.ruleDurations.count == 1 && outcome.failures.isEmpty)
    }
}
