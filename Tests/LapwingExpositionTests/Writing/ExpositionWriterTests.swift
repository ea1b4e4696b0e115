import LapwingExposition
import LapwingSeries
import SeededRandom
import Testing

@Suite struct ExpositionWriterTests {
    static let requests = MetricMetadata(
        name: "http_requests_total", kind: .counter, help: "All \"requests\"\nby\\code.")

    @Test func `Prometheus' text names a counter's family as its samples`() {
        var writer = ExpositionWriter(.prometheusText)
        writer.begin(Self.requests)
        writer.write(
            Labels(metric: "http_requests_total", ["code": "2\"\\\n"]), 1_234_567, at: Timestamp(milliseconds: -5))
        writer.write(Labels(metric: "http_requests_total"), 12)
        writer.begin(MetricMetadata(name: "build_info", kind: .info))
        writer.begin(MetricMetadata(name: "load", kind: .unknown, unit: "load"))
        #expect(
            String(decoding: writer.finish(), as: UTF8.self) == #"""
                # HELP http_requests_total All "requests"\nby\\code.
                # TYPE http_requests_total counter
                http_requests_total{code="2\"\\\n"} 1.234567e+06 -5
                http_requests_total 12
                # TYPE build_info gauge
                # TYPE load untyped

                """#)
    }

    @Test func `OpenMetrics writes floats, seconds, units, exemplars and its end`() {
        var writer = ExpositionWriter(.openMetrics)
        writer.begin(Self.requests)
        let exemplar = Exemplar(labels: Labels(metric: "", ["trace_id": "ab"]), value: 0.5, time: 1_500)
        writer.write(
            Labels(metric: "http_requests_total", ["code": "200"]), 12, at: Timestamp(milliseconds: 1_520_879_607_789),
            exemplar: exemplar)
        writer.begin(MetricMetadata(name: "wait_seconds", kind: .gauge, unit: "seconds", help: "x"))
        writer.write(Labels(metric: "wait_seconds"), .nan, at: Timestamp(milliseconds: -1_050))
        writer.write(Labels([Label(name: "__name__", value: "a b"), Label(name: "l.x", value: "é")]), -.infinity)
        #expect(
            String(decoding: writer.finish(), as: UTF8.self) == #"""
                # HELP http_requests All \"requests\"\nby\\code.
                # TYPE http_requests counter
                http_requests_total{code="200"} 12.0 1520879607.789 # {trace_id="ab"} 0.5 1.5
                # HELP wait_seconds x
                # TYPE wait_seconds gauge
                # UNIT wait_seconds seconds
                wait_seconds NaN -1.05
                {"a b","l.x"="é"} -Inf
                # EOF

                """#)
    }

    @Test func `the samples of a series are written without stale markers`() {
        var columns = SampleColumns()
        columns.times = [1000, 2000, 3500]
        columns.values = [1, StaleMarker.value, 2.5]
        var writer = ExpositionWriter(.openMetrics)
        writer.write(Labels(metric: "m", ["a": "b"]), columns)
        #expect(String(decoding: writer.takeBytes(), as: UTF8.self) == "m{a=\"b\"} 1.0 1\nm{a=\"b\"} 2.5 3.5\n")
        #expect(writer.finish() == Array("# EOF\n".utf8))
    }

    @Test(arguments: 0..<50) func `what is written is read back`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let alphabet: [Character] = ["a", "b", "\"", "\\", "\n", "é", "{", "}", ",", "=", " ", "#", "0", "☃"]
        func word() -> String { String((0..<(1 + random.next() % 6)).map { _ in alphabet[Int(random.next() % 14)] }) }
        for format in ExpositionFormat.allCases {
            var expected: [Line] = []
            var writer = ExpositionWriter(format)
            for _ in 0..<20 {
                var pairs = [Label(name: "__name__", value: word())]
                for _ in 0..<(random.next() % 4) { pairs.append(Label(name: word(), value: word())) }
                let labels = Labels(pairs)
                let bits = Double(bitPattern: random.next())
                let value = bits.isNaN ? Double(bitPattern: StaleMarker.ordinaryNaNBits) : bits
                let time =
                    random.next() % 2 == 0 ? nil : Timestamp(milliseconds: Int64(random.next() % 2_000_000_000_000))
                writer.write(labels, value, at: time)
                expected.append(Line(labels, value, at: time?.milliseconds))
            }
            let page = String(decoding: writer.finish(), as: UTF8.self)
            let actual = try lines(page, format)
            for (line, wanted) in zip(actual, expected) {
                #expect(line == wanted, "seed \(seed)")
            }
            #expect(actual.count == expected.count, "seed \(seed)")
        }
    }
}
