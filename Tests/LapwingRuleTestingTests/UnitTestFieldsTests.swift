import LapwingRules
import LapwingRuleTesting
import LapwingText
import Testing

/// Every field of promtool's schema, as `cmd/promtool/unittest.go` of Prometheus 3.14 has it: with another value the test fails.
///
/// `rule_files` is read by the program.
@Suite struct `Fields of unit tests` {
    private static let rules = """
        groups:
        - name: late
          rules:
          - {record: doubled, expr: base * 2}
        - name: early
          rules:
          - {record: base, expr: x}
        - name: alerts
          rules:
          - alert: Big
            expr: x > 2
            for: 1m
            labels: {severity: page}
            annotations: {text: 'in {{ $externalLabels.region }}, see {{ $externalURL }}', absent: '{{ $labels.nope }}'}
        """

    private static let tests = """
        rule_files: [rules.yml]
        evaluation_interval: 30s
        fuzzy_compare: true
        group_eval_order: [early, late]
        tests:
        - name: one
          interval: 1m
          start_timestamp: 2021-01-01T00:00:00Z
          external_labels: {region: north}
          external_url: http://here
          input_series:
          - {series: 'x{a="b"}', values: '1+1x5'}
          - {series: h, values: '{{schema:0 count:3 sum:4 buckets:[1 2]}}x5'}
          alert_rule_test:
          - eval_time: 3m
            alertname: Big
            exp_alerts:
            - exp_labels: {a: b, severity: page}
              exp_annotations: {text: 'in north, see http://here', absent: ''}
          promql_expr_test:
          - {expr: doubled, eval_time: 2m, exp_samples: [{labels: 'doubled{a="b"}', value: 6}]}
          - {expr: 0.1 + 0.2, exp_samples: [{labels: '{}', value: 0.3}]}
          - {expr: time(), eval_time: 1m, exp_samples: [{labels: '{}', value: 1609459260}]}
          - {expr: h, exp_samples: [{labels: h, histogram: '{{schema:0 count:3 sum:4 buckets:[1 2]}}'}]}
        """

    private func outcomes(
        _ text: String = Self.tests, replacing old: String = "", with new: String = "", runsTest: (@Sendable (String) -> Bool)? = nil
    ) throws -> [TestOutcome] {
        let text = old.isEmpty ? text : text.replacing(old, with: new)
        let rules = try RuleFile.read(SourceText(name: "rules.yml", Self.rules))
        let file = try UnitTestFile.read(SourceText(name: "rules_test.yml", text))
        return UnitTestRunner(file: file, ruleFiles: [rules], runsTest: runsTest).run()
    }

    @Test(arguments: [("", ""), ("2021-01-01T00:00:00Z", "1609459200"), ("2021-01-01T00:00:00Z", "1609459200.0"), ("30s", "1m")])
    func `as they are meant, they pass`(old: String, new: String) throws {
        let outcome = try #require(try outcomes(replacing: old, with: new).first)
        #expect(outcome.hasPassed, "\(outcome.report)")
    }

    @Test(arguments: [
        ("evaluation_interval: 30s", "evaluation_interval: 4m"), ("fuzzy_compare: true", "fuzzy_compare: false"),
        ("[early, late]", "[late, early]"),
        ("  interval: 1m", "  interval: 2m"), ("2021-01-01", "2021-01-02"), ("region: north", "region: south"),
        ("external_url: http://here", "external_url: http://there"), ("series: 'x{a=\"b\"}'", "series: 'x{a=\"c\"}'"), ("1+1x5", "1+2x5"),
        ("buckets:[1 2]}}x5", "buckets:[2 1]}}x5"), ("eval_time: 3m", "eval_time: 90s"), ("alertname: Big", "alertname: Other"),
        ("exp_labels: {a: b", "exp_labels: {a: c"), ("in north, see", "in south, see"), ("expr: doubled", "expr: base"),
        ("eval_time: 2m", "eval_time: 3m"), ("labels: 'doubled{a=\"b\"}'", "labels: 'doubled{a=\"c\"}'"), ("value: 6", "value: 7"),
        ("histogram: '{{schema:0 count:3", "histogram: '{{schema:0 count:4"),
        (", absent: ''", ""), // what comes out empty is there nonetheless
    ])
    func `another value of any of them fails`(old: String, new: String) throws {
        #expect(Self.tests.contains(old))
        #expect(try outcomes(replacing: old, with: new).map(\.hasPassed) == [false])
    }

    @Test func `a name is what a test is chosen and told by`() throws {
        #expect(try outcomes().map(\.name) == ["one"])
        #expect(try outcomes(replacing: "name: one", with: "name: ''").map(\.name) == ["test 1"])
        #expect(try outcomes { $0 == "two" }.isEmpty)
    }

    @Test func `intervals of nothing are the next one's`() throws {
        let text = Self.tests.replacing("  interval: 1m\n", with: "  interval: 0s\n")
        #expect(try outcomes(text, replacing: "evaluation_interval: 30s", with: "evaluation_interval: 0s").map(\.hasPassed) == [true])
        #expect(try outcomes(text, replacing: "evaluation_interval: 30s\n").map(\.hasPassed) == [true])
    }

    @Test func `with the intervals of groups each is evaluated at its own, whichever stands first`() throws {
        let rules = """
            groups:
            - {name: slow, interval: 4m, rules: [{record: slow, expr: x}]}
            - {name: quick, interval: 1m, rules: [{record: quick, expr: x}]}
            - {name: other, rules: [{record: other, expr: x}]}
            """
        let expected = [("slow", 0), ("quick", 3), ("other", 2)].map { name, value in
            "      - {expr: \(name), eval_time: 3m, exp_samples: [{labels: \(name), value: \(value)}]}\n"
        }
        let text = "rule_files: [rules.yml]\nevaluation_interval: 2m\ntests:\n  - interval: 1m\n    group_intervals: true\n"
            + "    input_series: [{series: x, values: 0+1x5}]\n    promql_expr_test:\n" + expected.joined()
        let file = try UnitTestFile.read(SourceText(name: "rules_test.yml", text))
        let outcome = UnitTestRunner(file: file, ruleFiles: [try RuleFile.read(SourceText(name: "rules.yml", rules))]).run().first
        #expect(outcome?.hasPassed == true, "\(outcome?.report ?? "")")
    }

    @Test func `every fault of a list of alerts is told`() throws {
        let text = Self.tests.replacing("- exp_labels: {a: b, severity: page}", with: "- 1\n    - 2\n    - exp_labels: {a: b, severity: page}")
        let error = #expect(throws: SourceError.self) { try outcomes(text) }
        #expect(error?.diagnostics.count == 2)
    }

    @Test func `a group that the order of evaluation names twice is refused`() throws {
        #expect(throws: SourceError.self) { try outcomes(replacing: "[early, late]", with: "[early, late, early]") }
    }

    /// They were the texts "null" and "~"; Go's YAML has them empty.
    @Test(arguments: ["null", "~", ""]) func `labels that are null are none, and annotations empty`(null: String) throws {
        let rules = """
            - alert: A
              expr: x > 0
              labels: {own: \(null), a: \(null)}
              annotations: {text: \(null)}
            - {record: r, expr: x, labels: {a: \(null)}}
            """
        let text = """
            tests:
            - interval: 1m
              external_labels: {region: \(null)}
              input_series: [{series: 'x{a="b", c="d"}', values: 1x5}]
              alert_rule_test: [{alertname: A, exp_alerts: [{exp_labels: {c: d}, exp_annotations: {text: \(null)}}]}]
              promql_expr_test: [{expr: r, exp_samples: [{labels: 'r{c="d"}', value: 1}]}]
            """
        let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text))
        let outcome = UnitTestRunner(file: file, ruleFiles: [try RuleFile.read(SourceText(name: "r.yml", rules))]).run().first
        #expect(outcome?.hasPassed == true, "\(outcome?.report ?? "")")
    }

    @Test func `tests that are null are none`() throws {
        #expect(try outcomes(replacing: "tests:\n", with: "tests:\n-\n").map(\.hasPassed) == [true])
    }

    /// It named neither file nor line, nor the group.
    @Test func `a rule that fails is told with its place`() throws {
        let rules = "groups:\n- name: g\n  limit: 1\n  rules:\n  - {record: r, expr: x}\n"
        let text = "tests:\n- input_series: [{series: 'x{a=\"b\"}', values: 1}, {series: x, values: 1}]\n"
        let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text))
        let report = UnitTestRunner(file: file, ruleFiles: [try RuleFile.read(SourceText(name: "r.yml", rules))]).run().map(\.report).joined()
        #expect(report.contains("r.yml:5: rule r of group g failed at 0s: exceeded limit"), "\(report)")
    }

    /// What the store refused was passed over, and the test went on without it.
    @Test func `a sample that the store refuses fails the test`() throws {
        let text = """
            evaluation_interval: 1m
            tests:
            - interval: 1m
              delay: 2m
              input_series: [{series: x, values: 1x5}, {series: doubled, values: 1x5}]
              promql_expr_test: [{expr: doubled, eval_time: 5m, exp_samples: [{labels: doubled, value: 2}]}]
            """
        let report = try outcomes(text).map(\.report).joined()
        #expect(report.contains("doubled: a sample was refused (outOfOrder)"), "\(report)")
    }
}
