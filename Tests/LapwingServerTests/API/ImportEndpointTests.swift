import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Testing

@testable import LapwingServer

@Suite struct `An imported page` {
    private let store = Store(options: StoreOptions(clock: { Timestamp(milliseconds: 1_700_000_100_000) }))

    private func send(_ body: [UInt8], _ headers: HTTPHeaders = [:]) throws -> (status: HTTPStatus, text: String) {
        let request = try #require(HTTPRequest(.post, "/api/v1/import/prometheus", headers: headers, body: body))
        let response = ImportEndpoint(sink: store).write(request, now: Timestamp(milliseconds: 1_700_000_000_000))
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    private func stored(_ name: String) throws -> [String] {
        let set = try store.snapshot().select([.equal(LabelName.metric, name)], over: .all)
        var columns = SampleColumns()
        return try (0..<set.count).flatMap { series in
            try set.read(series, over: .all, into: &columns)
            return zip(columns.times, columns.values).map { "\(set.labels[series]) \($1)@\($0)" }
        }
    }

    @Test func `is stored with its times, and with now where it states none`() throws {
        let page = "# TYPE a counter\na{x=\"1\"} 1 1600000000000\na{x=\"1\"} 2 1600000001000\nb 3\n"
        #expect(try send(Array(page.utf8)).status == .noContent)
        #expect(try stored("a") == ["{__name__=\"a\", x=\"1\"} 1.0@1600000000000", "{__name__=\"a\", x=\"1\"} 2.0@1600000001000"])
        #expect(try stored("b") == ["{__name__=\"b\"} 3.0@1700000000000"])
    }

    @Test func `may be OpenMetrics, and compressed`() throws {
        let page = Gzip.compress(Array("# TYPE a counter\na_total 1 1600000000.5\n# EOF\n".utf8))
        let headers: HTTPHeaders = ["Content-Type": "application/openmetrics-text; version=1.0.0", "Content-Encoding": "gzip"]
        #expect(try send(page, headers).status == .noContent)
        #expect(try stored("a_total") == ["{__name__=\"a_total\"} 1.0@1600000000500"])
        #expect(try send([1, 2], headers).status == .badRequest)
        #expect(try send([], ["Content-Encoding": "br"]).status == .unsupportedMediaType)
    }

    /// curl calls every body a form, and then seconds were read as milliseconds.
    @Test(arguments: [[:], ["Content-Type": "application/x-www-form-urlencoded"]] as [HTTPHeaders])
    func `is OpenMetrics where it ends so, whatever it is sent as`(_ headers: HTTPHeaders) throws {
        #expect(try send(Array("# TYPE a counter\na_total 1 1600000000.5\n# EOF\n".utf8), headers).status == .noContent)
        #expect(try stored("a_total") == ["{__name__=\"a_total\"} 1.0@1600000000500"])
        #expect(try send(Array("b 1 1600000000500\n".utf8), headers).status == .noContent)
        #expect(try stored("b") == ["{__name__=\"b\"} 1.0@1600000000500"])
        // A label that says so is no end.
        #expect(try send(Array("c{a=\"# EOF\"} 1 1600000000500\n".utf8), headers).status == .noContent)
        #expect(try stored("c") == ["{__name__=\"c\", a=\"# EOF\"} 1.0@1600000000500"])
        #expect(try send(Array("b 1 1\n# EOF\n".utf8), ["Content-Type": "text/plain; version=0.0.4"]).status == .badRequest)
    }

    @Test func `may be protobuf, with native histograms`() throws {
        let histogram = NativeHistogram(
            schema: 2, zeroThreshold: 0.5, zeroCount: 1, count: 4, sum: 7, positiveSpans: [.init(offset: 1, length: 2)], positiveBuckets: [1, 2])
        var page = ProtobufPageWriter()
        page.write(Labels(metric: "h"), histogram, at: Timestamp(milliseconds: 1_600_000_000_000))
        page.write(Labels(metric: "f", ["x": "1"]), 1.5, at: Timestamp(milliseconds: 1_600_000_001_000))
        page.write(Labels(metric: "h"), histogram, at: Timestamp(milliseconds: 1_600_000_001_000))
        let bytes = page.finish()
        let headers: HTTPHeaders = ["Content-Type": ProtobufPage.contentType]
        #expect(try send(bytes, headers).status == .noContent)
        #expect(try stored("f") == ["{__name__=\"f\", x=\"1\"} 1.5@1600000001000"])
        let set = try store.snapshot().select([.equal(LabelName.metric, "h")], over: .all)
        var columns = SampleColumns()
        try set.read(0, over: .all, into: &columns)
        #expect(columns.histogramTimes == [1_600_000_000_000, 1_600_000_001_000] && columns.histograms == [histogram, histogram])
        var late = ProtobufPageWriter()
        late.write(Labels(metric: "h"), histogram, at: Timestamp(milliseconds: 1_500_000_000_000))
        #expect(try send(late.finish(), headers).text == "sample 1: out of order sample: {__name__=\"h\"} at 1500000000000\n")
        #expect(try send([UInt8](bytes.dropLast()), headers).status == .badRequest)
    }

    @Test func `brings start times and reset hints, in protobuf that tells them`() throws {
        var histogram = NativeHistogram(
            counterResetHint: .reset, count: 3, sum: 7, positiveSpans: [.init(offset: 1, length: 2)], positiveBuckets: [1, 2])
        var page = ProtobufPageWriter(tellsOrigins: true)
        let times = [1_600_000_000_000, 1_600_000_001_000] as [Int64]
        page.write(Labels(metric: "s"), 1, at: Timestamp(milliseconds: times[0]))
        page.write(Labels(metric: "s"), 2, at: Timestamp(milliseconds: times[1]), startTime: times[0])
        page.write(Labels(metric: "s"), histogram, at: Timestamp(milliseconds: times[1] + 1), startTime: times[1])
        histogram.counterResetHint = .notReset
        page.write(Labels(metric: "s"), histogram, at: Timestamp(milliseconds: times[1] + 2))
        #expect(try send(page.finish(), ["Content-Type": ProtobufPage.contentType]).status == .noContent)
        let set = try store.snapshot().select([.equal(LabelName.metric, "s")], over: .all)
        var columns = SampleColumns()
        try set.read(0, over: .all, into: &columns)
        #expect(columns.times == times && columns.startTimes == [0, times[0]])
        #expect(columns.histograms.map(\.counterResetHint) == [.reset, .notReset] && columns.histogramStartTimes == [times[1], 0])
    }

    @Test func `brings exemplars, and tells those that come late`() throws {
        let exemplars = ExemplarStore()
        let page = """
            # TYPE a counter
            a_total 1 1600000000 # {t="x"} 0.5 1599999999
            a_total 2 1600000001 # {t="y"} 0.5
            b_total 2 1600000001 # {t="z"} 0.5 1600000001
            b_total 3 1600000002
            # EOF

            """
        func send() throws -> HTTPResponse {
            let headers: HTTPHeaders = ["Content-Type": "application/openmetrics-text; version=1.0.0"]
            let request = try #require(HTTPRequest(.post, "/api/v1/import/prometheus", headers: headers, body: Array(page.utf8)))
            return ImportEndpoint(sink: store, exemplars: exemplars).write(request, now: Timestamp(milliseconds: 1_700_000_000_000))
        }
        #expect(try send().status == .noContent)
        let found = exemplars.select([[.equal(LabelName.metric, "a_total")]], over: .all)
        #expect(found.first?.exemplars.map(\.time) == [1_599_999_999_000, 1_600_000_001_000])
        let again = try send()
        guard case .bytes(let bytes) = again.body else { return }
        #expect(again.status == .badRequest)
        #expect(String(decoding: bytes, as: UTF8.self) == "line 2: out of order sample: {__name__=\"a_total\"} at 1600000000000\n"
            + "line 4: out of order sample: {__name__=\"b_total\"} at 1600000001000\nline 2: out of order exemplar\n")
    }

    @Test func `with a wrong line is refused whole, with line and column`() throws {
        let (status, text) = try send(Array("a 1\nb{x=} 2\n".utf8))
        #expect(status == .badRequest && text.hasPrefix("line 2, column 5: "), "\(text)")
        #expect(try stored("a").isEmpty)
    }

    @Test func `tells the lines that are not taken and stores the others`() throws {
        let (status, text) = try send(Array("# a\nc 2 1600000001000\nc 1 1600000000000\nc 9 1900000000000\nd 1\n".utf8))
        #expect(status == .badRequest)
        #expect(
            text == "line 3: out of order sample: {__name__=\"c\"} at 1600000000000\nline 4: out of bounds: {__name__=\"c\"} at 1900000000000\n")
        #expect(try stored("c").count == 1 && stored("d").count == 1)
    }
}
