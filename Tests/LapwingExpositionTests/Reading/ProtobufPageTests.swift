import LapwingSeries
import LapwingText
import Testing

@testable import LapwingExposition

/// Messages put together by hand, from the field numbers of `metrics.proto`.
@Suite struct `A page of protobuf` {
    private static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendField(number, content)
        return bytes
    }

    private static func text(_ number: UInt64, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    private static func double(_ number: UInt8, _ value: Double) -> [UInt8] {
        var bytes: [UInt8] = [number << 3 | 1]
        bytes.appendFixed64(value.bitPattern)
        return bytes
    }

    private static func integer(_ number: UInt8, _ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = [number << 3]
        bytes.appendVarint(value)
        return bytes
    }

    private static func family(_ name: String, _ type: UInt64, _ metrics: [UInt8]..., help: String = "") -> [UInt8] {
        let message = text(1, name) + (help.isEmpty ? [] : text(2, help)) + integer(3, type) + metrics.flatMap { field(4, $0) }
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64(message.count))
        return bytes + message
    }

    private static func label(_ name: String, _ value: String) -> [UInt8] { field(1, text(1, name) + text(2, value)) }

    private static func lines(
        _ bytes: [UInt8], keepsClassicBuckets: Bool = false, takesNative: Bool = true
    ) throws -> (text: [String], histograms: [Int: NativeHistogram]) {
        let page = try ProtobufPage(bytes, keepsClassicBuckets: keepsClassicBuckets, takesNative: takesNative)
        return (String(decoding: page.text, as: UTF8.self).split(separator: "\n").map(String.init), page.histograms)
    }

    /// 7 observations, sum 2.5, of which 1 near zero and two spans of 2 and 1 buckets.
    private static let native =
        integer(1, 7) + double(2, 2.5) + integer(5, 6) + double(6, 0.001) + integer(7, 1)
        + field(12, [0x08, 1, 0x10, 2]) + field(12, [0x08, 6, 0x10, 1]) + field(13, [2, 2, 2])

    @Test func `is written out as text, times and names in quotes included`() throws {
        let bytes =
            Self.family("c_total", 0, Self.label("a", "b\"") + Self.field(3, Self.double(1, 0.1)) + Self.integer(6, 1_600_000_000_500), help: "Counts.")
            + Self.family("g.x", 1, Self.field(2, Self.double(1, -.infinity))) + Self.family("u", 3, Self.field(5, Self.double(1, 3)))
        #expect(
            try Self.lines(bytes).text == [
                "# HELP c Counts.", "# TYPE c counter", "c_total{a=\"b\\\"\"} 0.1 1600000000.5", "# TYPE \"g.x\" gauge", "{\"g.x\"} -Inf",
                "# TYPE u unknown", "u 3.0", "# EOF",
            ])
    }

    @Test func `has summaries and classic histograms as several lines`() throws {
        let summary = Self.integer(1, 4) + Self.double(2, 1.5) + Self.field(3, Self.double(1, 0.5) + Self.double(2, 0.25))
        let classic = Self.integer(1, 3) + Self.double(2, 2.5) + Self.field(3, Self.integer(1, 2) + Self.double(2, 0.1))
        let bytes = Self.family("s", 2, Self.field(4, summary)) + Self.family("h", 4, Self.field(7, classic))
        #expect(
            try Self.lines(bytes).text == [
                "# TYPE s summary", "s{quantile=\"0.5\"} 0.25", "s_sum 1.5", "s_count 4.0", "# TYPE h histogram", "h_bucket{le=\"0.1\"} 2.0",
                "h_bucket{le=\"+Inf\"} 3.0", "h_sum 2.5", "h_count 3.0", "# EOF",
            ])
    }

    @Test func `has exemplars of counters, classic buckets and native histograms`() throws {
        func exemplar(_ value: Double, seconds: UInt64? = nil) -> [UInt8] {
            let time = seconds.map { Self.field(3, Self.integer(1, $0) + Self.integer(2, 5_999_999)) } ?? []
            return Self.label("t", "x") + Self.double(2, value) + time
        }
        func bucket(_ bound: Double, _ exemplar: [UInt8]) -> [UInt8] {
            Self.field(3, Self.integer(1, 1) + Self.double(2, bound) + Self.field(3, exemplar))
        }
        let buckets = bucket(1, exemplar(0.5)) + bucket(2, exemplar(1.5, seconds: 7))
        let own = Self.field(16, exemplar(3, seconds: 8)) + [0x82, 1] + [0]
        let bytes =
            Self.family("c_total", 0, Self.field(3, Self.double(1, 1) + Self.field(2, exemplar(9))))
            + Self.family("h", 4, Self.field(7, buckets)) + Self.family("n", 4, Self.field(7, Self.native + buckets))
            + Self.family("o", 4, Self.field(7, Self.native + buckets + own))
        let found = try ProtobufPage(bytes).exemplars
        #expect(found.map(\.line) == [0, 1, 2, 6, 7] && found.map(\.exemplar.value) == [9, 0.5, 1.5, 1.5, 3])
        #expect(found.map { $0.exemplar.hasOwnTime ? $0.exemplar.time : nil } == [nil, nil, 7005, 7005, 8005])
        #expect(found.allSatisfy { $0.exemplar.labels == Labels(metric: "", ["t": "x"]) })
    }

    @Test func `has native histograms beside their lines, and classic buckets only when asked`() throws {
        let bytes = Self.family("g", 1, Self.field(2, Self.double(1, 1))) + Self.family("h", 4, Self.label("a", "b") + Self.field(7, Self.native))
        let (text, histograms) = try Self.lines(bytes)
        #expect(text == ["# TYPE g gauge", "g 1.0", "# TYPE h histogram", "h{a=\"b\"} 0.0", "# EOF"])
        #expect(
            histograms == [
                1: NativeHistogram(
                    counterResetHint: .unknown, schema: 3, zeroThreshold: 0.001, zeroCount: 1, count: 7, sum: 2.5,
                    positiveSpans: [.init(offset: -1, length: 2), .init(offset: 3, length: 1)], positiveBuckets: [1, 2, 3])
            ])
        #expect(try Self.lines(bytes, keepsClassicBuckets: true).text == text)
        let both = Self.family("h", 4, Self.field(7, Self.native + Self.field(3, Self.integer(1, 5) + Self.double(2, 1))))
        #expect(try Self.lines(both).text.count == 3)
        #expect(try Self.lines(both, keepsClassicBuckets: true).text.count == 7)
        let gauge = Self.family("h", 5, Self.field(7, Self.native))
        #expect(try Self.lines(gauge).histograms[0]?.counterResetHint == .gauge)
    }

    @Test func `has classic histograms alone where native ones are not taken`() throws {
        let bucket = Self.field(3, Self.integer(1, 5) + Self.double(2, 1) + Self.field(3, Self.label("t", "x") + Self.double(2, 0.5)))
        let bytes = Self.family("b", 4, Self.field(7, Self.native + bucket)) + Self.family("n", 4, Self.field(7, Self.native))
        let (text, histograms) = try Self.lines(bytes, takesNative: false)
        #expect(
            text == [
                "# TYPE b histogram", "b_bucket{le=\"1.0\"} 5.0", "b_bucket{le=\"+Inf\"} 7.0", "b_sum 2.5", "b_count 7.0",
                "# TYPE n histogram", "n_bucket{le=\"+Inf\"} 7.0", "n_sum 2.5", "n_count 7.0", "# EOF",
            ])
        #expect(histograms.isEmpty)
        #expect(try ProtobufPage(bytes, takesNative: false).exemplars.map(\.line) == [0])
    }

    @Test(arguments: [
        [5, 1], [0x03, 0x18, 9, 0], [2, 0x18, 1], [0x80],
        family("h", 4, field(7, integer(1, 1) + double(6, 1) + field(12, [0x10, 5]))),
    ] as [[UInt8]])
    func `that is damaged is refused whole`(bytes: [UInt8]) {
        #expect(throws: MessageError.self) { try ProtobufPage(bytes) }
    }

    @Test func `is told by its Content-Type`() {
        #expect(ProtobufPage.isMeant(by: "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"))
        #expect(!ProtobufPage.isMeant(by: "text/plain"))
    }
}
