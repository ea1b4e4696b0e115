import LapwingSeries
import Testing

@testable import LapwingExposition

@Suite struct `A page of protobuf that is written` {
    private static let time = Timestamp(milliseconds: 1_600_000_000_500)

    private func read(_ bytes: [UInt8]) throws -> (text: [String], histograms: [NativeHistogram]) {
        let page = try ProtobufPage(bytes)
        let lines = String(decoding: page.text, as: UTF8.self).split(separator: "\n").map(String.init)
        return (lines, page.histograms.sorted { $0.key < $1.key }.map(\.value))
    }

    @Test func `has floats under their types where one series makes the metric, with labels in quotes and times`() throws {
        var writer = ProtobufPageWriter()
        let counter = MetricMetadata(name: "c_total", kind: .counter, help: "Counts.")
        writer.write(Labels(metric: "c_total", ["a": "b\""]), 0.1, of: counter, at: Self.time)
        writer.write(Labels(metric: "c_created"), 2, of: counter, at: Self.time)
        writer.write(Labels(metric: "g.x"), and: [Label(name: "z", value: "")], -.infinity, of: MetricMetadata(name: "g.x", kind: .gauge), at: Self.time)
        writer.write(Labels(metric: "h_bucket", ["le": "1"]), 3, of: MetricMetadata(name: "h", kind: .histogram), at: Self.time)
        let text = try read(writer.finish()).text
        #expect(
            text == [
                "# HELP c Counts.", "# TYPE c counter", "c_total{a=\"b\\\"\"} 0.1 1600000000.5", "# HELP c_created Counts.", "# TYPE c_created unknown",
                "c_created 2.0 1600000000.5", "# TYPE \"g.x\" gauge", "{\"g.x\",z=\"\"} -Inf 1600000000.5", "# TYPE h_bucket unknown",
                "h_bucket{le=\"1\"} 3.0 1600000000.5", "# EOF",
            ])
    }

    @Test func `gives back histograms of whole and broken counts, of gauges, and without observations`() throws {
        let whole = NativeHistogram(
            schema: 3, zeroThreshold: 0.001, zeroCount: 2, count: 12, sum: -4.5,
            positiveSpans: [.init(offset: -2, length: 2), .init(offset: 3, length: 1)], positiveBuckets: [4, 1, 3],
            negativeSpans: [.init(offset: 0, length: 1)], negativeBuckets: [2])
        var broken = whole
        broken.positiveBuckets = [4.25, 1, 3]
        broken.count = 12.25
        var gauge = whole
        gauge.counterResetHint = .gauge
        let empty = NativeHistogram(schema: 0, zeroThreshold: 0, zeroCount: 0, count: 0, sum: 0)
        let all = [whole, broken, gauge, empty]
        var writer = ProtobufPageWriter()
        for (index, histogram) in all.enumerated() {
            writer.write(Labels(metric: "h", ["i": "\(index)"]), histogram, at: Self.time)
        }
        let bytes = writer.finish()
        #expect(ProtobufPage.isPage(bytes))
        let page = try read(bytes)
        #expect(page.histograms == all)
        #expect(page.text.filter { $0.hasPrefix("# TYPE") } == ["# TYPE h histogram", "# TYPE h gaugehistogram", "# TYPE h histogram"])
    }

    @Test func `gives back custom buckets by the bounds of classic ones, whole, broken and without observations`() throws {
        let whole = NativeHistogram(
            schema: NativeHistogram.customBucketsSchema, count: 10, sum: 4.5, positiveSpans: [.init(offset: 1, length: 1), .init(offset: 1, length: 2)],
            positiveBuckets: [4, 1, 5], customValues: [-1, 0.1, 2, 1e9])
        var broken = whole
        broken.positiveBuckets = [0.1, 0.2, 0.3]
        broken.count = 0.1 + 0.2 + 0.3
        let empty = NativeHistogram(schema: NativeHistogram.customBucketsSchema, customValues: [1, 2])
        let all = [whole, broken, empty]
        var writer = ProtobufPageWriter()
        for (index, histogram) in all.enumerated() { writer.write(Labels(metric: "h", ["i": "\(index)"]), histogram, at: Self.time) }
        let bytes = writer.finish()
        #expect(try read(bytes).histograms == all)
        let page = try ProtobufPage(bytes, keepsClassicBuckets: true)
        #expect(page.histograms.count == 3 && !String(decoding: page.text, as: UTF8.self).contains("le="))
        var classic = ClientHistogram()
        try classic.read(ProtobufReader(whole.clientMessage), isGauge: false)
        #expect(classic.buckets.map(\.bound) == whole.customValues && classic.buckets.map(\.count) == [0, 4, 4, 5])
    }

    @Test func `without the bounds of its custom buckets is refused`() {
        var unbound = NativeHistogram(
            schema: NativeHistogram.customBucketsSchema, count: 1, sum: 1, positiveSpans: [.init(offset: 0, length: 2)], positiveBuckets: [0, 1],
            customValues: [1])
        unbound.customValues = []
        var writer = ProtobufPageWriter()
        writer.write(Labels(metric: "h"), unbound, at: Self.time)
        #expect { try ProtobufPage(writer.finish()) } throws: {
            ($0 as? MessageError)?.message.contains("only 0 custom bounds defined") ?? false
        }
    }

    @Test func `gives back start times and reset hints where they are asked for, in fields that others pass over`() throws {
        let hints: [NativeHistogram.CounterResetHint] = [.unknown, .reset, .notReset, .gauge]
        func page(tellsOrigins: Bool) throws -> (page: ExpositionPage, text: [UInt8]) {
            var writer = ProtobufPageWriter(tellsOrigins: tellsOrigins)
            writer.write(Labels(metric: "f"), 1, at: Self.time)
            writer.write(Labels(metric: "f", ["a": "b"]), 1, at: Self.time, startTime: -1)
            for (index, hint) in hints.enumerated() {
                let histogram = NativeHistogram(
                    counterResetHint: hint, count: 1, sum: 1, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [1])
                writer.write(Labels(metric: "h", ["i": "\(index)"]), histogram, at: Self.time, startTime: Int64(index) * 1000)
            }
            let protobuf = try ProtobufPage(writer.finish())
            var page = ExpositionPage()
            var texts = SeriesTexts()
            try page.read(protobuf.text.span, as: .openMetrics, known: &texts)
            page.complete(from: protobuf)
            return (page, protobuf.text)
        }
        let (told, silent) = (try page(tellsOrigins: true), try page(tellsOrigins: false))
        #expect(told.text == silent.text)
        #expect(told.page.startTimes == [1: -1, 3: 1000, 4: 2000, 5: 3000] && silent.page.startTimes.isEmpty)
        #expect(hints.indices.map { told.page.histograms[2 + $0]?.counterResetHint } == hints)
        #expect(hints.indices.map { silent.page.histograms[2 + $0]?.counterResetHint } == [.unknown, .unknown, .unknown, .gauge])
    }

    @Test func `with a reset hint that there is not is refused`() throws {
        var content = NativeHistogram(count: 1, sum: 1, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [1]).clientMessage
        content.appendNumber(OwnField.resetHint, 4)
        var histogram = ClientHistogram()
        #expect { try histogram.read(ProtobufReader(content), isGauge: false) } throws: {
            ($0 as? ProtobufReader.Fault)?.message == "a histogram has the unknown reset hint 4"
        }
    }

    @Test func `keeps the bits of every NaN, stale markers among them`() throws {
        let values = [Double.nan, StaleMarker.value, Double(bitPattern: StaleMarker.ordinaryNaNBits), Double(bitPattern: 0xfff8_0000_0000_0007), 1]
        var writer = ProtobufPageWriter()
        for (index, value) in values.enumerated() { writer.write(Labels(metric: "g", ["i": "\(index)"]), value, at: Self.time) }
        writer.write(Labels(metric: "h"), .staleMarker, at: Self.time)
        let protobuf = try ProtobufPage(writer.finish())
        var page = ExpositionPage()
        var texts = SeriesTexts()
        try page.read(protobuf.text.span, as: .openMetrics, known: &texts)
        page.complete(from: protobuf)
        #expect(page.values.prefix(values.count).map(\.bitPattern) == values.map(\.bitPattern))
        #expect(page.histograms[values.count]?.isStaleMarker == true)
    }

    @Test func `goes on in another message when one is long`() throws {
        var writer = ProtobufPageWriter()
        for index in 0..<10_000 { writer.write(Labels(metric: "a", ["i": "\(index)"]), Double(index), at: Self.time) }
        #expect(!writer.bytes.isEmpty)
        let page = try read(writer.takeBytes() + writer.finish())
        #expect(page.text.filter { !$0.hasPrefix("#") }.count == 10_000)
        #expect(page.text.filter { $0.hasPrefix("#") }.count > 2)
    }

    @Test func `is told from text by its bytes`() {
        for text in ["", "a 1\n", "#\n\nabcdefghijkl 1\n", "\n\n\n", "# EOF\n"] { #expect(!ProtobufPage.isPage(Array(text.utf8)), "\(text)") }
        var writer = ProtobufPageWriter()
        writer.write(Labels(metric: "a"), 1, at: Self.time)
        let bytes = writer.finish()
        for count in 1..<bytes.count { #expect(!ProtobufPage.isPage(Array(bytes.prefix(count)))) }
    }

    @Test(arguments: [
        ("", false), ("*/*", false), (ProtobufPage.acceptHeader, true), (ExpositionFormat.acceptHeader, false),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true),
        ("text/plain;q=0.6,application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5", false),
        ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", false),
    ])
    func `is given to whom wants it rather than text`(accept: String, isAsked: Bool) {
        #expect(ProtobufPage.isAsked(by: accept) == isAsked)
    }
}
