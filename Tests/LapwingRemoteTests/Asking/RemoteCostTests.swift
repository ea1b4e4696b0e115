import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import Testing

@testable import LapwingRemote

@Suite struct `What a question costs a server` {
    @Test func `is asked for with the question itself`() {
        let question = RemoteQuestion.costed(.instant("up", at: Timestamp(milliseconds: 1000)))
        #expect(question.path == "query" && question.method == .post && question.parameters.formText == "query=up&time=1&stats=true")
    }

    @Test func `stands beside the value, as far as the server tells`() throws {
        let whole = try RemoteReply(
            .json(
                """
                {"status":"success","data":{"resultType":"scalar","result":[1,"2"],"stats":{
                  "timings":{"evalTotalTime":0.1,"execTotalTime":0.25},"samples":{"totalQueryableSamples":80,"peakSamples":4}}}}
                """))
        #expect(try whole.cost() == RemoteCost(samples: 80, seconds: 0.25))
        guard case .scalar(2) = try whole.value() else { throw Unexpected() }
        let foreign = try RemoteReply(
            .json(#"{"status":"success","data":{"resultType":"vector","result":[],"stats":{"seriesFetched":"1"}}}"#))
        #expect(try foreign.cost() == RemoteCost())
        let silent = try RemoteReply(.json(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#))
        #expect(try silent.cost() == RemoteCost())
    }

    private struct Unexpected: Error {}
}
