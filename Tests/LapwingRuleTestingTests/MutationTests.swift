import LapwingRules
import LapwingText
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
}
