import LapwingExposition
import LapwingSeries
import Testing

/// OpenMetrics as Prometheus scrapes it (`openmetricsparse_test.go`, v3.14).
@Suite struct OpenMetricsReadingTests {
    @Test func `timestamps are seconds and are cut to milliseconds`() throws {
        let page = """
            # TYPE c counter
            # UNIT c_seconds seconds
            c_total{a="b"} 17.0 1520879607.789
            c_created{a="b"} 1520872607.123
            g 1 -1.0015
            far 1 12345678901234567890.5
            # EOF
            """
        #expect(
            try lines(page, .openMetrics) == [
                Line(Labels(metric: "c_total", ["a": "b"]), 17, at: 1_520_879_607_789),
                Line(Labels(metric: "c_created", ["a": "b"]), 1_520_872_607.123),
                Line(Labels(metric: "g"), 1, at: -1001), Line(Labels(metric: "far"), 1, at: .max),
            ])
    }

    @Test func `exemplars are read beside their samples`() throws {
        let page = """
            h_bucket{le="1.0"} 0
            h_bucket{le="+Inf"} 3 # {trace_id="a # b",other="{x}"} 4.5 123.5
            c_total 1 7 # {"id.thing"="q"} 2
            # EOF
            """
        var known = SeriesTexts()
        var read = ExpositionPage()
        let bytes = Array(page.utf8)
        try read.read(bytes.span, as: .openMetrics, known: &known)
        #expect(read.count == 3)
        #expect(read.exemplars.map(\.line) == [1, 2])
        #expect(read.exemplars.map(\.value) == [4.5, 2])
        #expect(read.exemplars.map(\.time) == [123_500, ExpositionPage.noTime])
        #expect(
            try read.labels(of: read.exemplars[0], in: bytes.span)
                == Labels(metric: "", ["trace_id": "a # b", "other": "{x}"]))
        #expect(try read.labels(of: read.exemplars[1], in: bytes.span) == Labels(metric: "", ["id.thing": "q"]))
    }

    @Test func `metadata has units, and help unescapes quotes`() throws {
        let page = "# HELP a_s \\\"x\\\"\n# UNIT a_s s\n# TYPE a_s gaugehistogram\n# HELP b \n# EOF\n"
        var known = SeriesTexts()
        var read = ExpositionPage()
        let bytes = Array(page.utf8)
        try read.read(bytes.span, as: .openMetrics, known: &known)
        #expect(
            read.metricMetadata(in: bytes.span) == [
                MetricMetadata(name: "a_s", kind: .gaugehistogram, unit: "s", help: "\"x\""), MetricMetadata(name: "b"),
            ])
    }

    @Test(arguments: [
        "# EOF", "# EOF\n", "a{b=\"\0\"} 1\n# EOF", #"{q="0.9","http.status",a="b"} 8.3835e-05"# + "\n# EOF",
    ])
    func `a page ends with its marker, with or without a line break`(page: String) {
        #expect(failure(page, .openMetrics) == nil)
    }

    static let brokenPages: [(String, String)] = [
        ("", "data does not end with # EOF"),
        ("\n", #"expected a valid start token, got "\n""#),
        ("metric", "expected value after metric, got the end of the page"),
        ("metric 1", "data does not end with # EOF"),
        ("metric 1\n", "data does not end with # EOF"),
        ("metric_total 1 # {aa=\"bb\"} 4", "data does not end with # EOF"),
        ("a\n#EOF\n", "expected value after metric"),
        (" a 1\n# EOF\n", #"expected a valid start token, got " ""#),
        ("9\n# EOF\n", #"expected a valid start token, got "9""#),
        ("# TYPE u untyped\n# EOF\n", #"invalid metric type "untyped""#),
        ("# TYPE c counter \n# EOF\n", #"invalid metric type "counter ""#),
        ("#  TYPE c counter\n# EOF\n", "expected a valid start token"),
        ("# TYPE \n# EOF\n", "expected metric name after TYPE"),
        ("# TYPE m\n# EOF\n", "expected text in TYPE"),
        ("# UNIT metric suffix\n# EOF\n", #"unit "suffix" not a suffix of metric "metric""#),
        ("# UNIT metricsuffix suffix\n# EOF\n", #"unit "suffix" not a suffix of metric "metricsuffix""#),
        ("# UNIT m suffix\n# EOF\n", #"unit "suffix" not a suffix of metric "m""#),
        ("# HELP \n# EOF\n", "expected metric name after HELP"),
        ("# HELP m\n# EOF\n", "expected text in HELP"),
        ("a\t1\n# EOF\n", #"expected value after metric, got "\t""#),
        ("a 1\t2\n# EOF\n", #"expected a number, got "1\t2""#),
        ("a 1 2 \n# EOF\n", "expected next entry after timestamp"),
        ("a 1 2 #\n# EOF\n", "expected next entry after timestamp"),
        ("a 1 1z\n# EOF\n", #"expected a number, got "1z""#),
        ("a 1 \n# EOF\n", "expected timestamp"),
        ("# EOF\na 1", "unexpected data after # EOF"),
        ("# EOF\n\n", "unexpected data after # EOF"),
        ("# EOFa 1", "unexpected data after # EOF"),
        ("#\tTYPE c counter\n", "expected a valid start token"),
        ("# TYPE c  counter\n", #"invalid metric type " counter""#),
        ("a 1 1 1\n# EOF\n", "expected next entry after timestamp"),
        ("a{b='c'} 1\n# EOF\n", #"expected label value, got "'""#),
        ("a{,b=\"c\"} 1\n# EOF\n", #"expected label name, got ",""#),
        ("a{b=\"c\"d=\"e\"} 1\n# EOF\n", #"expected comma or brace close, got "d""#),
        ("a{b=\"c\",,d=\"e\"} 1\n# EOF\n", #"expected label name, got ",""#),
        ("a{b=\"x\ny\"} 1\n# EOF\n", "expected label value"),
        ("a{b=\"ÿ\"} 1\n# EOF\n", "invalid UTF-8 label value"),
        ("foo 0 1_2\n# EOF\n", "unsupported character in float"),
        ("c_total 1 # {aa=bb}\n# EOF\n", #"expected label value, got "b""#),
        ("c_total 1 # {aa=\"bb\"}\n# EOF\n", #"expected value after exemplar labels, got "\n""#),
        (#"c_total 1 # {aa="bb"}"#, "expected value after exemplar labels"),
        (#"c_total 1 # {bb}"#, #"expected equal, got "}""#),
        (#"c_total 1 # {"bb", a="dd"}"#, #"expected equal, got ",""#),
        (#"c_total 1 # {aa="bb",,cc="dd"} 1"#, #"expected label name, got ",""#),
        (#"c_total 1 # {aa="bb"} 1_2"#, "unsupported character in float"),
        (#"c_total 1 # {aa="bb"} true"#, #"expected a number, got "true""#),
        (#"{b="c",} 1"#, "metric name not set"),
        ("a 1 NaN\n# EOF", "invalid timestamp NaN"),
        ("a 1 -Inf\n# EOF", "invalid timestamp -Inf"),
        ("h_bucket{le=\"+Inf\"} 1 # {aa=\"bb\"} 4 NaN\n# EOF", "invalid exemplar timestamp NaN"),
        ("#", "expected a valid start token"), ("# H", "expected a valid start token"),
    ]

    @Test(arguments: brokenPages)
    func `a broken page is refused with upstream's words`(page: String, message: String) throws {
        let error = try #require(failure(page.withStrayBytes, .openMetrics))
        #expect(error.message.hasPrefix(message), "\(error)")
    }
}
