import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Testing

@testable import LapwingServer

@Suite struct `A page for another server` {
    private let store = Store(options: StoreOptions(clock: { Timestamp(milliseconds: 1_000_000) }))

    private func append(_ labels: Labels, _ samples: [(Int64, Double)]) throws {
        var batch = SampleBatch()
        let reference = try #require(try store.references(for: [labels]).first)
        for (time, value) in samples { batch.append(reference, time: time, value: value) }
        try store.append(batch)
    }

    private func append(_ labels: Labels, _ histogram: NativeHistogram) throws {
        var batch = SampleBatch()
        batch.append(try #require(try store.references(for: [labels]).first), time: 990_000, histogram: histogram)
        try store.append(batch)
    }

    private func page(_ query: String, accept: String = "", external: Labels = .empty) throws -> (code: Int, type: String, text: String) {
        let endpoint = FederationEndpoint(source: store, lookbackDelta: .seconds(300), externalLabels: { external })
        let request = try #require(HTTPRequest(.get, "/federate?" + query, headers: ["Accept": accept]))
        let response = endpoint.page(request, now: Timestamp(milliseconds: 1_000_000))
        return (response.status.code, response.headers["Content-Type"] ?? "", try text(of: response))
    }

    private func text(of response: HTTPResponse) throws -> String { String(decoding: try bytes(of: response), as: UTF8.self) }

    private func bytes(of response: HTTPResponse) throws -> [UInt8] {
        final class Collector: HTTPBodyWriter {
            var bytes: [UInt8] = []
            let isCancelled = false
            func write(_ bytes: [UInt8]) throws(HTTPBodyWriterError) { self.bytes += bytes }
            func flush() throws(HTTPBodyWriterError) {}
        }
        switch response.body {
        case .bytes(let bytes): return bytes
        case .stream(let write):
            let collector = Collector()
            try write(collector)
            return collector.bytes
        }
    }

    @Test func `has the newest sample of each series once, with the labels of this server behind its own`() throws {
        try append(Labels(metric: "b", ["job": "x"]), [(900_000, 1), (990_000, 2)])
        try append(Labels(metric: "a", ["A": "1", "region": "south", "instance": "i"]), [(980_000, 1e21)])
        try append(Labels(metric: "old"), [(600_000, 1)])
        try append(Labels(metric: "gone"), [(980_000, 1), (990_000, StaleMarker.value)])
        let external = Labels(metric: "", ["region": "north", "zone": "z"])
        let page = try page("match[]=%7B__name__=~%22.%2B%22%7D&match[]=b&match[]=%7B%7D", external: external)
        #expect(page.type == "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
        #expect(
            page.text == """
                # TYPE a untyped
                a{A="1",instance="i",region="south",zone="z"} 1e+21 980000
                # TYPE b untyped
                b{job="x",instance="",region="north",zone="z"} 2 990000

                """)
        #expect(try self.page("").text == "")
    }

    @Test func `has native histograms as protobuf, for those who ask for that`() throws {
        let histogram = NativeHistogram(
            schema: 2, zeroThreshold: 0.5, zeroCount: 1, count: 4, sum: 7, positiveSpans: [.init(offset: 1, length: 2)], positiveBuckets: [1, 2])
        try append(Labels(metric: "h", ["job": "x"]), histogram)
        try append(Labels(metric: "n"), NativeHistogram(schema: NativeHistogram.customBucketsSchema, count: 1, sum: 1, customValues: [2]))
        try append(Labels(metric: "f"), [(990_000, 2)])
        let selector = "match[]=%7B__name__=~%22.%2B%22%7D"
        let endpoint = FederationEndpoint(source: store, lookbackDelta: .seconds(300), externalLabels: { Labels(metric: "", ["zone": "z"]) })
        let request = try #require(HTTPRequest(.get, "/federate?" + selector, headers: ["Accept": ProtobufPage.acceptHeader]))
        let response = endpoint.page(request, now: Timestamp(milliseconds: 1_000_000))
        #expect(
            response.headers["Content-Type"]
                == "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=allow-utf-8")
        let page = try ProtobufPage(try bytes(of: response))
        #expect(
            String(decoding: page.text, as: UTF8.self) == """
                # TYPE f unknown
                f{zone="z",instance=""} 2.0 990
                # TYPE h histogram
                h{job="x",zone="z",instance=""} 0.0 990
                # EOF

                """)
        #expect(page.histograms == [1: histogram])
        #expect(try self.page(selector).text == "# TYPE f untyped\nf{instance=\"\"} 2 990000\n")
    }

    @Test func `has names that its reader can read`() throws {
        try append(Labels(metric: "a.b", ["c.d": "e.f"]), [(980_000, 1)])
        #expect(try page("match[]=%7B%22a.b%22%7D").text == "# TYPE a_b untyped\na_b{c_d=\"e.f\",instance=\"\"} 1 980000\n")
        let modern = try page("match[]=%7B%22a.b%22%7D", accept: "text/plain;version=1.0.0; escaping=allow-utf-8;q=0.5,*/*;q=0.1")
        #expect(modern.text == "# TYPE \"a.b\" untyped\n{\"a.b\",\"c.d\"=\"e.f\",instance=\"\"} 1 980000\n")
        #expect(modern.type.hasSuffix("; escaping=allow-utf-8"))
    }

    @Test func `is refused in plain words`() throws {
        #expect(try page("match[]=a%7B") == (400, "text/plain; charset=utf-8", "1:3: parse error: unexpected end of input inside braces\n"))
        #expect(try page("x=%zz") == (400, "text/plain; charset=utf-8", "error parsing form values: invalid URL escape \"%zz\"\n"))
    }
}
