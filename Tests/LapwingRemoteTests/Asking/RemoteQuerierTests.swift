import LapwingHTTP
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import Testing

@testable import LapwingRemote

@Suite struct `Rules asked of another server` {
    private let whole = "&partial_response=false&deny_partial_response=1"

    @Test func `fail where the server has only part of its data, and their alerts stay`() throws {
        // Thanos refuses by status; a cluster of VictoriaMetrics that answers nevertheless says so.
        let client = ScriptedClient { _, count throws(HTTPClientError) in
            count == 0
                ? .json(#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"5"]}]},"isPartial":false}"#)
                : .json(#"{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}"#)
        }
        let group = try RuleFile.read(SourceText(name: "r.yml", "groups: [{name: g, rules: [{alert: a, expr: m}]}]")).groups[0]
        let querier = RemoteQuerier(RemoteAPI(DatasourceSettings(url: "http://there"), .init(client: client)))
        let environment = RuleEnvironment(querier: querier, sink: Store())
        var state = GroupState(ruleCount: 1)
        #expect(group.evaluate(&state, at: Timestamp(milliseconds: 10_000_000), in: environment).failures.isEmpty)
        let outcome = group.evaluate(&state, at: Timestamp(milliseconds: 10_060_000), in: environment)
        #expect(outcome.failures.map(\.message) == ["http://there/: the server could not reach all of its data"])
        #expect(outcome.transitions.isEmpty)
    }

    @Test func `ask for the time of their query offset, and what they record has it`() throws {
        let client = ScriptedClient { request, _ throws(HTTPClientError) in
            .json(#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1000,"5"]}]}}"#)
        }
        let text = "groups: [{name: g, query_offset: 1m, rules: [{record: r, expr: m}, {record: s, expr: 'm * 2'}]}]"
        let group = try RuleFile.read(SourceText(name: "r.yml", text)).groups[0]
        let store = Store()
        let querier = RemoteQuerier(RemoteAPI(DatasourceSettings(url: "http://there"), .init(client: client)))
        let environment = RuleEnvironment(querier: querier, sink: store)
        var state = GroupState(ruleCount: 2)
        let outcome = group.evaluate(&state, at: Timestamp(milliseconds: 10_000_000), in: environment)
        #expect(outcome.failures.isEmpty && outcome.samplesWritten == 2)
        #expect(Set(client.requests.map(\.text)) == ["query=m&time=9940" + whole, "query=m%20%2A%202&time=9940" + whole], "\(client.requests.map(\.text))")
        #expect(store.statistics.newest == Timestamp(milliseconds: 9_940_000))
    }
}
