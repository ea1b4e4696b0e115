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
        var custom = whole
        custom.schema = NativeHistogram.customBucketsSchema
        #expect(!ProtobufPageWriter.canHold(custom) && ProtobufPageWriter.canHold(whole))
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
