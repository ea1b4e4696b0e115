import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Testing

@testable import LapwingServer

@Suite struct `query_exemplars` {
    private let exemplars = ExemplarStore()

    private func ask(_ query: String) throws -> (code: Int, text: String) {
        let request = try #require(HTTPRequest(.get, "/api/v1/query_exemplars?" + query))
        let response: HTTPResponse
        do throws(APIError) {
            response = try ExemplarEndpoint(exemplars: exemplars).query(request, now: Timestamp(milliseconds: 0))
        } catch {
            response = error.response
        }
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "") }
        return (response.status.code, String(decoding: bytes, as: UTF8.self))
    }

    /// The answers are upstream's, from `web/api/v1/api_test.go`.
    @Test func `answers with the exemplars of the series that a query selects`() throws {
        let labels = Labels(metric: "", ["id": "abc"])
        exemplars.add([
            .init(series: Labels(metric: "test_metric3", ["foo": "boo"]), exemplar: Exemplar(labels: labels, value: 10, time: 500)),
            .init(series: Labels(metric: "test_metric4", ["foo": "bar"]), exemplar: Exemplar(labels: labels, value: 1e30, time: 2053)),
            .init(series: Labels(metric: "other"), exemplar: Exemplar(labels: labels, value: 1, time: 1)),
        ])
        let third = #"{"seriesLabels":{"__name__":"test_metric3","foo":"boo"},"exemplars":[{"labels":{"id":"abc"},"value":"10","timestamp":0.500}]}"#
        let fourth = #"{"seriesLabels":{"__name__":"test_metric4","foo":"bar"},"exemplars":[{"labels":{"id":"abc"},"value":"1e+30","timestamp":2.053}]}"#
        #expect(try ask("query=rate(test_metric3[5m])%20-%20test_metric4") == (200, #"{"status":"success","data":[\#(third),\#(fourth)]}"#))
        #expect(try ask("query=test_metric4&start=2&end=2.053") == (200, #"{"status":"success","data":[\#(fourth)]}"#))
        #expect(try ask("query=test_metric4&start=0&end=2.052") == (200, #"{"status":"success","data":[]}"#))
    }

    @Test func `says nothing where nothing is selected, and refuses what is wrong`() throws {
        #expect(try ask("query=1%2B1") == (204, ""))
        let order = #"{"status":"error","errorType":"bad_data","error":"end timestamp must not be before start timestamp"}"#
        #expect(try ask("query=up&start=2&end=1") == (400, order))
        #expect(try ask("query=up&start=x").code == 400)
        #expect(try ask("query=up{").code == 400)
        #expect(try ask("").code == 400)
    }
}
