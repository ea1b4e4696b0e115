import LapwingHTTP
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import Testing

@testable import LapwingRemote

@Suite struct `Rules asked of another server` {
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
        #expect(Set(client.requests.map(\.text)) == ["query=m&time=9940", "query=m%20%2A%202&time=9940"], "\(client.requests.map(\.text))")
        #expect(store.statistics.newest == Timestamp(milliseconds: 9_940_000))
    }
}
