import LapwingExposition
import LapwingSeries
import LapwingText
import Testing

/// Prometheus' text format. Cases follow the behaviour that Prometheus' own tests (`promparse_test.go`, v3.14) pin.
@Suite struct TextReadingTests {
    @Test func `samples have labels, values and timestamps in milliseconds`() throws {
        let page = """
            # HELP http_requests_total All requests.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000
            http_requests_total{method="post",code="400"}    3 1395066363000
            up 1
            rest_seconds 1.458255915e9
            nothing NaN
            much +Inf
            little -inf
            """
        let nan = Double(bitPattern: StaleMarker.ordinaryNaNBits)
        #expect(
            try lines(page, .prometheusText) == [
                Line(
                    Labels(metric: "http_requests_total", ["method": "post", "code": "200"]), 1027,
                    at: 1_395_066_363_000),
                Line(
                    Labels(metric: "http_requests_total", ["method": "post", "code": "400"]), 3, at: 1_395_066_363_000),
                Line(Labels(metric: "up"), 1), Line(Labels(metric: "rest_seconds"), 1_458_255_915),
                Line(Labels(metric: "nothing"), nan), Line(Labels(metric: "much"), .infinity),
                Line(Labels(metric: "little"), -.infinity),
            ])
    }

    @Test(.timeLimit(.minutes(1))) func `a series of any number of labels is read, and a name given twice is found among them`() throws {
        let many = (0..<100_000).map { "l\($0)=\"v\"" }.joined(separator: ",")
        #expect(try lines("m{\(many)} 5", .prometheusText).map(\.labels.count) == [100_001])
        #expect(throws: ExpositionError.self) { try lines("m{\(many),l7=\"w\"} 5", .prometheusText) }
        #expect(throws: ExpositionError.self) { try lines("m{a=\"1\",b=\"2\",a=\"3\"} 5", .prometheusText) }
    }

    @Test(arguments: [
        #"m{a="1",b="2"} 5"#, #"m{a="1",b="2",} 5"#, #"m{ a="1", b="2" } 5"#, #"m { a = "1" , b = "2" } 5"#,
        #"m {a="1" b="2"} 5"#, #"{"m",a="1",b="2"} 5"#, #"{ "m", a="1", b="2" } 5"#, #"{a="1","m","b"="2"}5"#,
        "m{a=\"1\",b=\"2\"}\t5\t", "  m{b=\"2\",a=\"1\"} 5",
    ])
    func `blanks, order and trailing commas do not change a series`(line: String) throws {
        #expect(try lines(line, .prometheusText) == [Line(Labels(metric: "m", ["a": "1", "b": "2"]), 5)])
    }

    @Test func `a quoted name may hold any UTF-8`() throws {
        let page =
            #"{"a metric with \"interesting\" {character\nchoices} 10€","strange©\n'quoted' \"name\""="6"} 10.0"#
        let name = "a metric with \"interesting\" {character\nchoices} 10€"
        let labels = Labels([
            Label(name: "__name__", value: name), Label(name: "strange©\n'quoted' \"name\"", value: "6"),
        ])
        #expect(try lines(page, .prometheusText) == [Line(labels, 10)])
    }

    @Test func `escapes in label values are those three, and other backslashes stay`() throws {
        let page = #"m{a="\\ \" \n \t \x",b="",c="\\n"} 1"#
        let labels = Labels(metric: "m", ["a": "\\ \" \n \\t \\x", "c": "\\n"])
        #expect(try lines(page, .prometheusText) == [Line(labels, 1)])
    }

    @Test func `a label value may hold line breaks and null bytes`() throws {
        #expect(try lines("m{a=\"x\ny\0\"} 1\n", .prometheusText) == [Line(Labels(metric: "m", ["a": "x\ny\0"]), 1)])
    }

    @Test func `comments and blank lines are stepped over`() throws {
        let page = "\n# a comment\n#HELP m no metadata\n#\n# HELPING x\n# HELP\n\nm 1\n\n"
        #expect(try lines(page, .prometheusText) == [Line(Labels(metric: "m"), 1)])
    }

    @Test func `metadata is gathered by metric`() throws {
        let page = """
            # HELP a first \\\\ line\\nsecond "line"
            # 	TYPE a counter
            # HELP b
            # TYPE "c.d" untyped
            # HELP "c.d"  two blanks
            a 1
            """
        var known = SeriesTexts()
        var read = ExpositionPage()
        let bytes = Array(page.utf8)
        try read.read(bytes.span, as: .prometheusText, known: &known)
        #expect(
            read.metricMetadata(in: bytes.span) == [
                MetricMetadata(name: "a", kind: .counter, help: "first \\ line\nsecond \"line\""),
                MetricMetadata(name: "b"), MetricMetadata(name: "c.d", kind: .unknown, help: " two blanks"),
            ])
    }

    @Test func `bounds of classic histograms and summaries are written as OpenMetrics does`() throws {
        let page = """
            # TYPE h histogram
            h_bucket{le="1"} 1
            h_bucket{le="1e6"} 1
            h_bucket{le="0.25"} 1
            h_bucket{le="+Inf"} 2
            # TYPE s summary
            s{quantile="0"} 1
            # TYPE g gauge
            g{le="1",quantile="1"} 1
            """
        let bounds = try lines(page, .prometheusText).map { $0.labels["le"] ?? $0.labels["quantile"] }
        #expect(bounds == ["1.0", "1e+06", "0.25", "+Inf", "0.0", "1"])
    }

    /// Each with the start of the message, in upstream's words, and its place.
    static let brokenLines: [(String, String, Int, Int)] = [
        ("a", "expected value after metric, got the end of the page", 1, 2),
        ("a\n", "expected value after metric, got \"\\n\"", 1, 2),
        ("ok 1\na{b='c'} 1\n", "expected label value, got \"'\"", 2, 5),
        ("a{b=\n", "expected label value, got \"\\n\"", 1, 5),
        ("a{ÿ=\"foo\"} 1\n", "expected label name, got", 1, 3),
        ("a{b=\"ÿ\"} 1\n", "invalid UTF-8 label value", 1, 6),
        ("{\"a\", \"b = \"c\"}", "expected equal, got \"c\"", 1, 13),
        ("{\"a\",b\\nc=\"d\"} 1", "expected equal, got \"\\\\\"", 1, 7),
        ("a true\n", "expected a number, got \"true\"", 1, 3),
        ("something_weird{problem=\"", "expected label value", 1, 25),
        ("empty_label_name{=\"\"} 0", "expected label name, got \"=\"", 1, 18),
        ("{A}0", "expected equal, got \"}\"", 1, 3),
        ("foo 1_2\n", "unsupported character in float", 1, 5),
        ("foo 0x1p-3\n", "unsupported character in float", 1, 5),
        ("foo 1e999\n", "value out of range", 1, 5),
        ("foo 0 1_2\n", "expected next entry after timestamp, got \"_\"", 1, 8),
        ("foo 0 -1\n", "expected timestamp or new record, got \"-\"", 1, 7),
        ("foo 0 99999999999999999999\n", "timestamp out of range", 1, 7),
        ("foo 1\r\n", "expected a number, got \"1\\r\"", 1, 5),
        ("{a=\"ok\"} 1", "metric name not set", 1, 1),
        ("b{\"a\"} 1", "metric name already set", 1, 3),
        ("a{b=\"1\",,c=\"2\"} 1", "expected label name, got \",\"", 1, 9),
        ("# TYPE #\n", "expected metric name after TYPE, got \"#\"", 1, 8),
        ("# HELP #\n", "expected metric name after HELP, got \"#\"", 1, 8),
        ("# TYPE a histogramm\n", "invalid metric type \"histogramm\"", 1, 10),
        ("# TYPE a gauge \n", "invalid metric type \"gauge \"", 1, 10),
        ("# TYPE a info\n", "invalid metric type \"info\"", 1, 10),
        ("# TYPE a\n", "invalid metric type \"\"", 1, 9),
        ("# HELP a ÿ\n", "help text", 1, 10),
        ("a{b=\0\"s\"} 1\n", "expected label value, got \"\\x00\"", 1, 5),
        ("a\0{b=\"d\"} 1", "expected a number, got \"\\x00\"", 1, 2),
        ("1a 5\n", "expected a valid start token, got \"1\"", 1, 1),
        ("ü{b=\"1\"} 1 \n", "expected a valid start token, got \"ü\"", 1, 1),
    ]

    @Test(arguments: brokenLines)
    func `a broken line names what was found, what was expected, line and column`(
        page: String, message: String, line: Int, column: Int
    ) throws {
        let error = try #require(failure(page.withStrayBytes, .prometheusText))
        #expect(error.message.hasPrefix(message), "\(error)")
        #expect(error.position.line == line && error.position.column == column, "\(error)")
    }

    @Test func `an error reads as a sentence with its place`() {
        #expect(
            failure("ok 1\na{b='c'} 1\n", .prometheusText)?.description
                == #"line 2, column 5: expected label value, got "'" while parsing: "a{b='""#)
    }

    @Test func `a label named twice is refused when its labels are decoded`() {
        #expect(throws: ExpositionError.self) { try lines(#"a{b="1",b="2"} 1"#, .prometheusText) }
        #expect(throws: ExpositionError.self) { try lines(#"a{__name__="c"} 1"#, .prometheusText) }
        #expect(throws: ExpositionError.self) { try lines(#"{""} 1"#, .prometheusText) }
    }

    @Test func `lines before a broken one are counted`() {
        var known = SeriesTexts()
        var page = ExpositionPage()
        let bytes = Array("a 1\nb 2\nc{ 3\n".utf8)
        #expect(throws: ExpositionError.self) { try page.read(bytes.span, as: .prometheusText, known: &known) }
        #expect(page.count == 2 && page.values == [1, 2])
        let second = Array("a 1\nb x\n".utf8)
        #expect(throws: ExpositionError.self) { try page.read(second.span, as: .prometheusText, known: &known) }
        #expect(page.count == 1 && page.series.count == 1)
    }
}
