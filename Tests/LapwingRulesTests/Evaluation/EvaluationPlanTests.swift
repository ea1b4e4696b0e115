import Dispatch
import LapwingPromQL
import LapwingSeries
import LapwingText
import Synchronization
import Testing

@testable import LapwingRules

@Suite struct `The plan of a group's evaluation` {
    private func rules(_ rules: String) throws -> [Rule] {
        try #require(try RuleFile.read(SourceText(name: "r.yml", "groups:\n- name: g\n  rules:\n" + rules)).groups.first).rules
    }

    private func runs(_ text: String) throws -> [Range<Int>] { EvaluationPlan(together: try rules(text)).runs }

    @Test func `asks rules together that read nothing of each other`() throws {
        #expect(try runs("  - {record: a, expr: x}\n  - {record: b, expr: y}\n  - {alert: C, expr: x > 1}\n") == [0..<3])
    }

    @Test func `asks a rule that reads another's series after it, and one that is read before it together with it`() throws {
        #expect(try runs("  - {record: a, expr: x}\n  - {record: b, expr: sum(a)}\n  - {record: c, expr: x}\n") == [0..<1, 1..<3])
        #expect(try runs("  - {record: b, expr: sum(a)}\n  - {record: a, expr: x}\n") == [0..<2])
        #expect(try runs("  - {record: a, expr: a + 1}\n  - {record: b, expr: x}\n") == [0..<2])
    }

    @Test func `looks at labels that no result can change`() throws {
        #expect(try runs("  - {record: a, expr: x, labels: {l: '1'}}\n  - {record: b, expr: 'a{l=\"2\"}'}\n") == [0..<2])
        #expect(try runs("  - {record: a, expr: x, labels: {l: '1'}}\n  - {record: b, expr: 'a{l=~\"1|2\"}'}\n") == [0..<1, 1..<2])
        #expect(try runs("  - {record: a, expr: x}\n  - {record: b, expr: 'a{l=\"2\"}'}\n") == [0..<1, 1..<2])
    }

    @Test func `knows what alerts write`() throws {
        #expect(try runs("  - {alert: A, expr: x}\n  - {alert: B, expr: 'ALERTS{alertname=\"A\"}'}\n") == [0..<1, 1..<2])
        #expect(try runs("  - {alert: A, expr: x}\n  - {alert: B, expr: 'ALERTS_FOR_STATE'}\n") == [0..<1, 1..<2])
        #expect(try runs("  - {alert: A, expr: x}\n  - {alert: B, expr: 'ALERTS{alertname=\"C\"}'}\n") == [0..<2])
    }

    @Test func `takes a selector without a name for one that may read everything`() throws {
        #expect(try runs("  - {record: a, expr: x}\n  - {record: b, expr: 'count({job=\"j\"})'}\n") == [0..<1, 1..<2])
    }

    @Test func `looks among all metrics for a name that is an expression`() throws {
        let both = "  - {record: 'a:x', expr: x}\n  - {record: 'b:x', expr: x}\n"
        let found = RuleDependencies(among: try rules(both + "  - {alert: C, expr: y}\n"))
        func read(_ expression: String) throws -> [Int] { found.rules(readBy: try rules("  - {record: r, expr: '\(expression)'}\n")[0]) }
        #expect(try read("{__name__=~\".:x\"}") == [0, 1])
        #expect(try read("{__name__=~\".:x\", __name__!=\"a:x\"}") == [1])
        #expect(try read("{__name__=~\".+\", __name__!=\"a:x\"}") == [1, 2])
        #expect(try read("{__name__=~\"c.*\"} or y") == [])
    }
}

/// Answers when as many are asked at once as it waits for.
private final class MeetingQuerier: RuleQuerier, Sendable {
    private struct Meeting {
        var present = 0
        var most = 0
    }

    private let meeting = Mutex(Meeting())
    private let wanted: Int
    private let complete = DispatchSemaphore(value: 0)
    var most: Int { meeting.withLock(\.most) }

    init(waitingFor wanted: Int) { self.wanted = wanted }

    func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
        let isComplete = meeting.withLock { meeting in
            meeting.present += 1
            meeting.most = max(meeting.most, meeting.present)
            return meeting.present == wanted
        }
        if isComplete { for _ in 1..<wanted { complete.signal() } } else { _ = complete.wait(timeout: .now() + .seconds(10)) }
        meeting.withLock { $0.present -= 1 }
        return QueryResult(value: .vector([VectorSample(labels: Labels(metric: query.text, [:]), time: time.milliseconds, value: 1)]))
    }

    func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try QueryEngine().prepare(text) }
}

@Suite struct `The queries of a run` {
    private func group() throws -> RuleGroup {
        let text = "groups:\n- name: g\n  rules:\n  - {record: a, expr: x}\n  - {record: b, expr: y}\n"
        var group = try #require(try RuleFile.read(SourceText(name: "r.yml", text)).groups.first)
        group.planTogether()
        return group
    }

    private struct NoSink: SampleSink {
        func references(for labels: [Labels]) throws(AppendError) -> [SeriesReference] { labels.map { _ in SeriesReference(0) } }
        func append(_ batch: SampleBatch) throws(AppendError) -> [RefusedSample] { [] }
    }

    @Test func `are asked side by side where they took long, and answered in their order`() throws {
        let querier = MeetingQuerier(waitingFor: 2)
        let environment = RuleEnvironment(querier: querier, sink: NoSink())
        let answers = try group().answers(to: 0..<2, expecting: RuleGroup.worthThreads, at: Timestamp(milliseconds: 0), environment)
        #expect(querier.most == 2)
        #expect(try answers.map { try $0?.samples.get().first?.labels.metricName } == ["x", "y"])
    }

    @Test func `are asked one after the other where threads would cost more`() throws {
        let querier = MeetingQuerier(waitingFor: 1)
        let environment = RuleEnvironment(querier: querier, sink: NoSink())
        _ = try group().answers(to: 0..<2, expecting: .zero, at: Timestamp(milliseconds: 0), environment)
        #expect(querier.most == 1)
    }
}
