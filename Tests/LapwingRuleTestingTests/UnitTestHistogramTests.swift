import LapwingRules
import LapwingText
import Testing

@testable import LapwingRuleTesting

@Suite struct `Histograms of unit tests` {
    private static let rules = """
        groups:
        - name: g
          rules:
          - {record: doubled, expr: h * 2}
          - {alert: Many, expr: histogram_count(h) > 1e9}
        """

    private func report(_ series: String, _ expectations: String, start: String = "") throws -> String {
        let text = """
            rule_files: [r.yml]
            evaluation_interval: 1m
            tests:
            - interval: 1m
              input_series:
              - {series: h, values: '\(series)'}
              promql_expr_test:
              \(expectations)
            """
        do throws(SourceError) {
            let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text))
            let rules = try RuleFile.read(SourceText(name: "r.yml", Self.rules))
            return UnitTestRunner(file: file, ruleFiles: [rules]).run().map(\.report).joined()
        } catch {
            return "\(error)"
        }
    }

    private static let growing = "{{count:1 sum:1 buckets:[1]}}+{{count:1 sum:1 buckets:[1]}}x3"

    private func sample(_ expression: String, _ minute: Int, _ histogram: String, name: String? = nil) -> String {
        "- {expr: '\(expression)', eval_time: \(minute)m, exp_samples: [{labels: \(name ?? expression), histogram: '{{\(histogram)}}'}]}"
    }

    /// They had no hints at all, so that the expectations of promtool's own `unittest.yml` failed, and those that it refuses passed.
    @Test func `that continue the one before are known not to be reset, as a store has it`() throws {
        #expect(try report(Self.growing, sample("h", 0, "count:1 sum:1 buckets:[1]")).isEmpty)
        #expect(try report(Self.growing, sample("h", 2, "count:3 sum:3 buckets:[3] counter_reset_hint:not_reset")).isEmpty)
        #expect(try !report(Self.growing, sample("h", 2, "count:3 sum:3 buckets:[3]")).isEmpty)
        #expect(try report(Self.growing, sample("doubled", 2, "count:6 sum:6 buckets:[6] counter_reset_hint:not_reset")).isEmpty, "of rules, too")
    }

    @Test(arguments: [
        "{{count:9 buckets:[9]}} {{count:1 sum:1 buckets:[1]}}", "{{count:1 sum:1 buckets:[1]}} 3 {{count:1 sum:1 buckets:[1]}}",
        "{{count:1 sum:1 buckets:[1]}} stale {{count:1 sum:1 buckets:[1]}}",
    ])
    func `that fall, or follow a float or an end, are not known to`(series: String) throws {
        let last = series.contains("3 {") || series.contains("stale") ? 2 : 1
        #expect(try report(series, sample("h", last, "count:1 sum:1 buckets:[1]")) == "")
    }

    @Test func `that are gauges stay so`() throws {
        let gauge = "count:1 sum:1 buckets:[1] counter_reset_hint:gauge"
        #expect(try report("{{\(gauge)}}x3", sample("h", 2, gauge)).isEmpty)
    }

    /// What was shown did not say the schema, the zero bucket's width, the hint or custom bounds: both sides read the same.
    @Test(arguments: [
        ("{{schema:2 z_bucket_w:0.001 count:4}}", "schema:3 z_bucket_w:0.001 count:4", "schema:2 count:4"),
        ("{{schema:2 z_bucket_w:0.001 count:4}}", "schema:2 z_bucket_w:0.01 count:4", "z_bucket_w:0.001"),
        ("{{count:4}}", "count:4 counter_reset_hint:gauge", "{{count:4}}"),
        ("{{schema:-53 custom_values:[1 2 3] count:4 buckets:[4]}}", "schema:-53 custom_values:[1 2] count:4 buckets:[4]", "[1 2 3]"),
    ])
    func `that are others show by what`(series: String, expected: String, part: String) throws {
        let report = try report(series, sample("h", 0, expected))
        #expect(report.contains("differs") && report.contains(part) && !report.contains("as expected"), "\(report)")
        var script = try ScriptRunner(SourceText(name: "s.test", "load 1m\n  h \(series)\n\neval instant at 0 h\n  h {{\(expected)}}\n"))
        let fault = script.run().map(\.report).joined()
        #expect(fault.contains("expected {{") && fault.contains(part), "\(fault)")
    }

    /// Each was taken without a word: what a store cannot hold was refused there, and nobody looked.
    @Test(arguments: [
        ("{{schema:9 count:1}}", "invalid schema"), ("{{schema:99 count:1}}", "invalid schema"),
        ("{{schema:-53 custom_values:[2 1] count:1 buckets:[1]}}", "1"), ("{{schema:-53 custom_values:[1 2 3] count:6 buckets:[1 1 1 1 1 1]}}", "3"),
        ("{{count:-1}}", "negative"),
    ])
    func `that cannot be are refused where they stand`(value: String, part: String) throws {
        let report = try report("{{count:1}} \(value)x2", sample("h", 1, "count:1"))
        #expect(report.contains("r_test.yml:6:38: error"), "\(report)")
        #expect(report.contains(part), "\(report)")
        var script = try ScriptRunner(SourceText(name: "s.test", "load 1m\n  h \(value)\n\neval instant at 0 h\n  h {{count:1}}\n"))
        let fault = script.run().map(\.report).joined()
        #expect(fault.contains(part) && fault.contains("s.test:2"), "\(fault)")
        #expect(try self.report("{{count:1}} _x9 \(value)", sample("h", 0, "count:1")).isEmpty, "what comes after the last expectation is never loaded")
    }
}
