import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Testing

@testable import LapwingServer

@Suite struct `Metrics of OpenTelemetry` {
    private let store = Store(options: StoreOptions(clock: { Timestamp(milliseconds: 1_600_000_100_000) }))

    private func send(_ body: [UInt8], _ headers: HTTPHeaders = ["Content-Type": "application/json"]) throws -> (code: Int, text: String) {
        let request = try #require(HTTPRequest(.post, "/api/v1/otlp/v1/metrics", headers: headers, body: body))
        let response = OpenTelemetryEndpoint(sink: store).write(request)
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "") }
        return (response.status.code, String(decoding: bytes, as: UTF8.self))
    }

    private func metrics(_ text: String) -> [UInt8] {
        Array(#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[\#(text)]}]}]}"#.utf8)
    }

    private func gauge(_ name: String, at seconds: Int, _ value: Int = 1) -> String {
        #"{"name":"\#(name)","gauge":{"dataPoints":[{"timeUnixNano":"\#(seconds)000000000","asInt":\#(value)}]}}"#
    }

    private let delta = #"{"name":"d","sum":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":"1600000000000000000","asInt":1}]}}"#

    @Test func `are stored`() throws {
        #expect(try send(metrics(gauge("a.b", at: 1_600_000_000))) == (200, "{}"))
        let compressed = Gzip.compress(metrics(gauge("a.b", at: 1_600_000_001)))
        #expect(try send(compressed, ["Content-Type": "application/json; charset=utf-8", "Content-Encoding": "gzip"]).code == 200)
        let set = try store.snapshot().select([.equal(LabelName.metric, "a_b")], over: .all)
        var columns = SampleColumns()
        try set.read(0, over: .all, into: &columns)
        #expect(columns.times == [1_600_000_000_000, 1_600_000_001_000])
    }

    @Test func `that cannot be translated are told with 500 as in Prometheus, and the others are stored`() throws {
        let refusal = (500, "invalid temporality and type combination for metric \"d\"\n")
        #expect(try send(metrics(delta + "," + gauge("g", at: 1_600_000_000))) == refusal)
        #expect(try store.snapshot().select([.equal(LabelName.metric, "g")], over: .all).count == 1)
        #expect(try send(metrics(delta)) == refusal)
    }

    @Test func `bring exemplars and what is said of them`() throws {
        let exemplars = ExemplarStore()
        let metadata = WrittenMetadata()
        let time = #""timeUnixNano":"1600000000000000000""#
        let point = #"{\#(time),"asInt":1,"exemplars":[{"asInt":5,\#(time)}]}"#
        let sum = #"{"name":"c","description":"x","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[\#(point)]}}"#
        let request = try #require(
            HTTPRequest(.post, "/api/v1/otlp/v1/metrics", headers: ["Content-Type": "application/json"], body: metrics(sum)))
        #expect(OpenTelemetryEndpoint(sink: store, exemplars: exemplars, metadata: metadata).write(request).status.code == 200)
        #expect(exemplars.select([[.equal(LabelName.metric, "c_total")]], over: .all).first?.exemplars.map(\.value) == [5])
        #expect(metadata.all == [MetricMetadata(name: "c_total", kind: .counter, help: "x")])
    }

    @Test func `that the store does not take are a bad request`() throws {
        _ = try send(metrics(gauge("g", at: 1_600_000_010)))
        #expect(try send(metrics(gauge("g", at: 1_600_000_000) + "," + gauge("h", at: 1))) == (400, "out of order sample: {__name__=\"g\"} at 1600000000000\n"))
    }

    @Test func `of another kind, or damaged, are refused`() throws {
        #expect(
            try send([], ["Content-Type": "text/plain"])
                == (400, "unsupported content type: text/plain, supported: [application/json, application/x-protobuf]\n"))
        #expect(try send([0x0A, 9], ["Content-Type": "application/x-protobuf"]).code == 400)
        #expect(try send(Array("{".utf8)).code == 400)
    }
}
