import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import Testing

@testable import LapwingRemote

@Suite struct `An answer of Prometheus' API` {
    private func reply(_ data: String) throws -> RemoteReply { try RemoteReply(.json(#"{"status":"success","data":\#(data)}"#)) }

    @Test func `a vector has floats and histograms with their times`() throws {
        let value = try reply(
            """
            {"resultType":"vector","result":[
              {"metric":{"__name__":"up","job":"a \\"b\\" ä"},"value":[1435781451.781,"1.5e-3"]},
              {"metric":{},"value":[1435781451,"+Inf"]},
              {"metric":{"__name__":"h"},"histogram":[1435781451.781,{"count":"6","sum":"-Inf","buckets":[
                [1,"-2","-1","1"],[3,"-0.5","0.5","2"],[0,"1","2","3"]]}]}]}
            """
        ).value()
        guard case .vector(let samples) = value else { throw Unexpected(value) }
        #expect(samples[0] == VectorSample(labels: Labels(metric: "up", ["job": "a \"b\" ä"]), time: 1_435_781_451_781, value: 0.0015))
        #expect(samples[1].value == .infinity)
        let histogram = NativeHistogram(
            zeroThreshold: 0.5, zeroCount: 2, count: 6, sum: -.infinity, positiveSpans: [.init(offset: 1, length: 1)], positiveBuckets: [3],
            negativeSpans: [.init(offset: 1, length: 1)], negativeBuckets: [1])
        #expect(samples[2].histogram == histogram)
    }

    @Test func `a matrix has points of both kinds, and the members may stand in any order`() throws {
        let value = try reply(
            """
            {"result":[{"values":[[1,"1"],[1.5,"NaN"]],"metric":{"a":"b"},
              "histograms":[[2,{"count":"1","sum":"2","buckets":[[0,"1","2","1"]]}]]}],"resultType":"matrix"}
            """
        ).value()
        guard case .matrix(let matrix) = value, let series = matrix.first else { throw Unexpected(value) }
        #expect(series.labels == Labels(metric: "", ["a": "b"]))
        #expect(series.times == [1000, 1500])
        #expect(series.values[0] == 1 && series.values[1].isNaN)
        #expect(series.histogramTimes == [2000])
        #expect(series.histograms[0].count == 1)
    }

    @Test func `scalars, strings, series and names`() throws {
        guard case .scalar(-0.5) = try reply(#"{"resultType":"scalar","result":[1,"-0.5"]}"#).value() else { throw Unexpected("scalar") }
        guard case .string("a\n") = try reply(#"{"resultType":"string","result":[1,"a\n"]}"#).value() else { throw Unexpected("string") }
        #expect(try reply(#"[{"__name__":"up","job":"a"},{}]"#).series() == [Labels(metric: "up", ["job": "a"]), .empty])
        #expect(try reply(#"["a","b"]"#).names() == ["a", "b"])
        #expect(try reply("null").names() == [])
    }

    @Test func `data stays as it was sent, and warnings and infos come with it`() throws {
        let reply = try RemoteReply(
            .json(#"{"status":"success","data":{"resultType":"vector", "result":[]},"warnings":["w"],"infos":["i","j"]}"#))
        #expect(String(decoding: reply.data, as: UTF8.self) == #"{"resultType":"vector", "result":[]}"#)
        #expect(reply.warnings == ["w"])
        #expect(reply.infos == ["i", "j"])
    }

    @Test func `a partial one is told by a warning, whatever else stands beside the data`() throws {
        let reply = try RemoteReply(
            .json(#"{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[],"analysis":{}},"stats":{"seriesFetched":"1"}}"#))
        #expect(reply.isPartial && reply.warnings == ["the server could not reach all of its data"])
        guard case .vector([]) = try reply.value() else { throw Unexpected(reply) }
        #expect(try !RemoteReply(.json(#"{"status":"success","isPartial":false,"data":[]}"#)).isPartial)
    }

    /// Answers of Mimir and Thanos that are none: what may pass is tried again.
    @Test(arguments: [
        (401, "no org id", false), (404, "404 page not found", false),
        (422, #"{"status":"error","errorType":"execution","error":"the query exceeded the maximum number of series"}"#, false),
        (429, #"{"status":"error","errorType":"too_many_requests","error":"too many outstanding requests"}"#, true),
        (429, "too many outstanding requests", true), (500, #"{"status":"error","errorType":"internal","error":"a store is gone"}"#, true),
        (503, #"{"status":"error","errorType":"timeout","error":"query timed out in query execution"}"#, true),
        (503, "there are no healthy instances", true), (504, "upstream request timeout", true), (501, "not implemented", false),
    ])
    func `what another server refuses is told in its words, and tried again where it may pass`(status: Int, body: String, isTransient: Bool) {
        do throws(RemoteError) {
            _ = try RemoteReply(.json(body, status: status))
            Issue.record("it was taken")
        } catch {
            #expect(error.isTransient == isTransient)
            #expect(body.contains(String(error.description.suffix(8))), "\(error)")
        }
    }

    @Test func `an error has its type and its words, and what is not the API's is shown`() throws {
        #expect(throws: RemoteError.refused(status: 422, type: "execution", message: "too many")) {
            try RemoteReply(.json(#"{"status":"error","errorType":"execution","error":"too many"}"#, status: 422))
        }
        #expect(throws: RemoteError.foreign(status: HTTPStatus(code: 502), beginning: "<html>")) {
            try RemoteReply(.json("<html>\n<body>", status: 502))
        }
        #expect(throws: RemoteError.foreign(status: HTTPStatus(code: 404), beginning: "")) { try RemoteReply(.json("", status: 404)) }
    }

    @Test(arguments: [
        #"{"resultType":"vector","result":[{"metric":{},"value":[1]}]}"#, #"{"resultType":"vector","result":[{"metric":{},"value":["x","1"]}]}"#,
        #"{"resultType":"tensor","result":[]}"#, #"{"resultType":"vector"}"#, #"{"resultType":"vector","result":[{"metric":{},"value":[1e300,"1"]}]}"#,
        #"{"resultType":"vector","result":[{"metric":{},"histogram":[1,{"buckets":[[0,"1"]]}]}]}"#, "7",
    ])
    func `what cannot be understood is an error`(_ data: String) throws {
        let reply = try reply(data)
        #expect(throws: RemoteError.self) { try reply.value() }
    }

    private struct Unexpected: Error {
        let what: String
        init(_ what: Any) { self.what = "\(what)" }
    }
}
