import LapwingExposition
import LapwingText
import Testing

@Suite struct `How metrics are named` {
    private func told(_ page: String, _ format: ExpositionFormat = .prometheusText) -> [String] {
        let source = SourceText(name: "page", page)
        return MetricLint.diagnostics(of: source.bytes.span, as: format).map { "\(source.position(of: $0.range?.lowerBound ?? 0)) \($0.message)" }
    }

    @Test(arguments: [
        ("# HELP a_total b\n# TYPE a_total counter\na_total 1\n", []), ("a 1\n", ["1:1 a no help text"]),
        ("# HELP a b\n# TYPE a counter\na 1\n", ["1:8 a counter metrics should have \"_total\" suffix"]),
        ("# HELP a_total b\n# TYPE a_total gauge\na_total 1\n", ["1:8 a_total non-counter metrics should not have \"_total\" suffix"]),
        ("# HELP a_milliseconds b\na_milliseconds 1\n", ["1:8 a_milliseconds use base unit \"seconds\" instead of \"milliseconds\""]),
        ("# HELP a_ms b\na_ms 1\n", ["1:8 a_ms metric names should not contain abbreviated units"]),
        ("# HELP a_gauge b\na_gauge 1\n", ["1:8 a_gauge metric name should not include type 'gauge'"]),
        ("# HELP a:b b\na:b 1\n", ["1:8 a:b metric names should not contain ':'"]),
        ("# HELP aB b\naB{cD=\"e\"} 1\n", [
            "1:8 aB metric names should be written in 'snake_case' not 'camelCase'", "1:8 aB label names should be written in 'snake_case' not 'camelCase'",
        ]),
        ("# HELP a b\n# TYPE a gauge\na{le=\"1\"} 1\n", ["1:8 a non-histogram metrics should not have \"le\" label"]),
        ("# HELP a b\n# TYPE a gauge\na{quantile=\"1\"} 1\n", ["1:8 a non-summary metrics should not have \"quantile\" label"]),
        ("# HELP a_count b\n# TYPE a_count gauge\na_count 1\n", [
            "1:8 a_count non-histogram and non-summary metrics should not have \"_count\" suffix",
        ]),
        ("# HELP a b\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\na_sum 1\n", []),
        ("# HELP a b\n# TYPE a summary\na{quantile=\"0.5\"} 1\na_count 1\na_sum 1\n", []),
        ("# HELP a_timestamp_seconds b\n# TYPE a_timestamp_seconds counter\na_timestamp_seconds 1\n", [
            "1:8 a_timestamp_seconds counter metrics should have \"_total\" suffix",
            "1:8 a_timestamp_seconds non-gauge metrics should not have \"_timestamp_seconds\" suffix",
        ]),
        ("# HELP a b\n# HELP a c\na 1\n", ["2:8 second HELP line for metric name \"a\""]),
        ("# HELP a b\na 1\n# TYPE a gauge\n", ["3:8 TYPE line after samples for metric name \"a\""]),
        ("# HELP a b\na{b=\"1\"} 1\na{b=\"1\"} 2\n", ["3:1 a{b=\"1\"} stands twice, and one of the two samples is lost"]),
        ("a {\n", []), ("# HELP a b\na 1", ["2:4 the last line has no end"]),
    ])
    func `each habit is told where the metric is first named`(page: String, expected: [String]) { #expect(told(page) == expected) }

    @Test func `the families of OpenMetrics are named without their suffix`() {
        #expect(told("# HELP a b\n# TYPE a counter\na_total 1\n# EOF\n", .openMetrics) == [])
    }
}
