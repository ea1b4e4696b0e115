import LapwingPromQL
import LapwingRules
import LapwingText
import SeededRandom
import Testing

@testable import LapwingRuleTesting

@Suite struct `Changed rules` {
    /// The changes that no test of the file notices.
    private func unnoticed(_ rules: String, _ expectations: String) throws -> [String] {
        let text = """
            evaluation_interval: 1m
            tests:
            - interval: 1m
              input_series: [{series: 'temp{room="a"}', values: '0 20x3 0x9'}, {series: 'temp{room="b"}', values: '0 15x3 0x9'}]
              \(expectations)
            """
        let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text))
        let read = try RuleFile.read(SourceText(name: "r.yml", "groups: [{name: g, rules: [\(rules)]}]"))
        let runner = UnitTestRunner(file: file, ruleFiles: [read])
        #expect(runner.run().map(\.report) == [""])
        return MutationRun([runner]).results().filter { !$0.isNoticed }.map(\.mutation.change)
    }

    @Test func `are noticed by expected notifications alone`() throws {
        let rules = "{alert: Hot, expr: 'sum(temp) > 30', for: 1m}"
        let told = "notification_test: [{eval_time: 9m, exp_notifications: [{time: 2m5s, status: firing, alerts: 1}, {status: resolved}]}]"
        #expect(try unnoticed(rules, told) == ["> becomes >=", "30 becomes 15"])
    }

    /// The recorded metric was left out, so that every change seemed to be noticed.
    @Test func `are tried together with what templates ask`() throws {
        let rules = """
            {record: warm, expr: sum(temp)},
            {alert: Hot, expr: 'temp{room="a"} > 10', for: 1m, annotations: {all: '{{ query "warm" | first | value }}'}}
            """
        let fires = "alert_rule_test: [{alertname: Hot, eval_time: 3m, exp_alerts: [{exp_labels: {room: a}, exp_annotations: {all: 35}}]}]"
        #expect(try unnoticed(rules, fires) == ["> becomes >=", "10 becomes 5", "for: 1m becomes 0s", "for: 1m becomes 2m"])
    }

    @Test func `have other windows of subqueries, and are kept firing for other times`() throws {
        let rules = "{alert: Hot, expr: 'max_over_time(temp[2m:1m]) > 10', keep_firing_for: 2m}"
        let inactive = try unnoticed(rules, "alert_rule_test: [{alertname: Hot, eval_time: 0m, state: inactive}]")
        for change in ["2m becomes 4m", "2m becomes 1m", "keep_firing_for: 2m becomes 0s", "keep_firing_for: 2m becomes 4m"] {
            #expect(inactive.contains(change), "\(inactive)")
        }
        let exact = "alert_rule_test: [{alertname: Hot, always: [1m, 7m]}, {alertname: Hot, never: [8m, 9m]}]"
        #expect(try unnoticed(rules, exact) == ["> becomes >=", "10 becomes 5"])
    }

    /// A count is never zero, so that `>= 0` and `> -1` say the same of it.
    @Test func `are none that come to the same for every count`() throws {
        let changes = try unnoticed("{alert: Any, expr: '(count(temp == 1)) > 0'}", "promql_expr_test: [{expr: vector(1), exp_samples: [{value: 1}]}]")
        #expect(changes == ["> becomes <", "0 becomes 1", "count becomes max", "== becomes !=", "1 becomes 2", "1 becomes 0.5", "for: 0s becomes 5m"])
    }

    @Test(arguments: [
        (#"up{job="a"}"#, [#"job="a" is left out of up{job="a"}"#, #"job="a" becomes job!="a""#]),
        (#"up{job!="a",dc="b"}"#, [
            #"job!="a" is left out of up{dc="b",job!="a"}"#, #"job!="a" becomes job="a""#, #"dc="b" is left out of up{dc="b",job!="a"}"#,
            #"dc="b" becomes dc!="b""#,
        ]),
        // Without a metric's name one matcher at least has to name something.
        (#"{job="a"}"#, []),
        (#"rate(x{code=~"5..|4(0|1)[|]"}[5m] offset 1h)"#, [
            "5m becomes 10m", "5m becomes 2m30s", #"code=~"5..|4(0|1)[|]" is left out of x{code=~"5..|4(0|1)[|]"} offset 1h"#,
            #"code=~"5..|4(0|1)[|]" becomes code!~"5..|4(0|1)[|]""#, #"code=~"5..|4(0|1)[|]" becomes code=~"4(0|1)[|]""#,
            #"code=~"5..|4(0|1)[|]" becomes code=~"5..""#, "offset 1h is left out", "offset 1h becomes 2h",
        ]),
        ("x offset -5m", ["offset -5m is left out"]),
        ("max_over_time(x[1h:] offset 1d)", ["1h becomes 2h", "1h becomes 30m", "offset 1d is left out", "offset 1d becomes 2d"]),
        ("a and on (job) b", ["and b is left out", "and becomes unless"]), ("a unless b", ["unless b is left out", "unless becomes and"]),
        ("a or b", ["or b is left out", "a or is left out"]),
        // Nought does not pass, whether it is there or not.
        ("(sum(y) or vector(0)) > 5", ["> becomes <", "> becomes >=", "5 becomes 10", "5 becomes 2.5", "sum(y) or is left out", "sum becomes max"]),
        ("5 > (y or vector(0))", [
            "> becomes <", "> becomes >=", "5 becomes 10", "5 becomes 2.5", "or vector(0) is left out", "y or is left out",
        ]),
        ("max(x == 2)", ["max becomes sum", "== becomes !=", "2 becomes 4", "2 becomes 1"]),
        ("count(x == 2)", ["count becomes sum", "== becomes !=", "2 becomes 4", "2 becomes 1"]),
    ] as [(String, [String])])
    func `have one thing changed each`(expression: String, changes: [String]) throws {
        let text = "groups: [{name: g, rules: [{record: r, expr: '\(expression)'}]}]"
        let rule = try #require(try RuleFile.read(SourceText(name: "r.yml", text)).groups.first?.rules.first)
        #expect(rule.mutations.map(\.change) == changes)
        #expect(Set(rule.mutations.map(\.rule.query.text)).count == changes.count, "no two are the same, and none is the rule itself")
    }

    @Test func `tell of a condition that no test needs`() throws {
        let rules = #"{alert: Hot, expr: 'temp{room=~"a|b"} > 10 unless on () vacation', for: 1m}"#
        let fires = "alert_rule_test: [{alertname: Hot, eval_time: 3m, exp_alerts: [{exp_labels: {room: a}}, {exp_labels: {room: b}}]}]"
        let changes = try unnoticed(rules, fires)
        #expect(changes.contains("unless vacation is left out") && !changes.contains("unless becomes and"), "\(changes)")
        #expect(!changes.contains(#"room=~"a|b" becomes room=~"a""#) && changes.contains { $0.hasPrefix("room=~\"a|b\" is left out") }, "\(changes)")
    }

    /// The trials of a change leave out rules and tests that it cannot reach.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `are noticed by their trials just when all tests over all rules notice them`(seed: UInt64) throws {
        let rules = try RuleFile.read(SourceText(name: "r.yml", Self.rules))
        var random = SeededGenerator(seed)
        let values = (0..<3).map { _ in (0..<14).map { _ in ["0", "1", "2", "5", "9", "_", "stale"][random.below(7)] }.joined(separator: " ") }
        let series = values.enumerated().map { "{series: 'load{job=\"\($0 % 2)\", cpu=\"\($0)\"}', values: '\($1)'}" }.joined(separator: ", ")
        let expectations = ["Load", "Warm", "Asks", "Waiting", "Doubled"].map { name in
            "alert_rule_test: [" + [4, 9].map { "{alertname: \(name), eval_time: \($0)m}" }.joined(separator: ", ") + "]"
        }
        let others = ["promql_expr_test: [{expr: double, eval_time: 7m}]", "notification_test: [{eval_time: 12m}]"]
        let tests = (expectations + others).map { "- interval: 1m\n  input_series: [\(series)]\n  \($0)\n" }.joined()
        let unfinished = try UnitTestFile.read(SourceText(name: "r_test.yml", "tests:\n\(tests)"))
        let corrections = UnitTestRunner(file: unfinished, ruleFiles: [rules]).run().flatMap(\.corrections)
        let file = try UnitTestFile.read(SourceText(name: "r_test.yml", try TestUpdate(unfinished, with: corrections).text))
        let runner = UnitTestRunner(file: file, ruleFiles: [rules])
        #expect(Set(runner.run().map(\.report)) == [""])
        let results = MutationRun([runner]).results()
        for result in results {
            let changed = runner.groups.map { $0.replacingRules { $0.range == result.ruleRange ? result.mutation.rule : $0 } }
            let isNoticed = file.tests.contains { test in
                var run = UnitTestRun(test: test, file: file, groups: changed, foreseeable: [], recorder: nil)
                return !run.failures().isEmpty
            }
            #expect(result.isNoticed == isNoticed, "seed \(seed), \(result.ruleName): \(result.mutation.change)")
        }
        #expect(results.contains(where: \.isNoticed) && results.contains { !$0.isNoticed })
    }

    private static let rules = """
        groups:
        - name: first
          rules:
          - {record: warm, expr: 'sum by (job) (load{cpu!~"2|3"} offset 1m)'}
          - {alert: Load, expr: load > 1, for: 1m, keep_firing_for: 1m}
          - {alert: Warm, expr: 'warm > 3 or max_over_time(warm[3m]) > 8'}
          - {alert: Asks, expr: 'count(load) > 1', annotations: {all: '{{ query "sum(warm)" | first | value }}'}}
          - {alert: Waiting, expr: 'count(ALERTS{alertstate="pending"}) > 0'}
        - name: second
          rules:
          - {record: double, expr: warm * 2}
          - {alert: Doubled, expr: 'double{job="1"} >= 10', for: 2m}
        """
}
