import LapwingRules
import LapwingText
import Testing

@testable import LapwingRuleTesting

@Suite struct `What tests reach` {
    @Test(arguments: [false, true])
    func `of templates is told by rule, though two say the same, in one file or at the same place of two`(areApart: Bool) throws {
        let how = "{{ if gt $value 10.0 }}very{{ else }}quite{{ end }}"
        let rules = ["a", "b"].map { "{alert: \($0), expr: 'temp{room=\"\($0)\"} > 0', annotations: {how: '\(how)'}}" }
        let text = """
            tests:
            - input_series: [{series: 'temp{room="a"}', values: '20x9'}, {series: 'temp{room="b"}', values: '5x9'}]
              alert_rule_test: [{alertname: a, eval_time: 3m, state: firing}, {alertname: b, eval_time: 3m, state: firing}]
            """
        let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text))
        let read = try (areApart ? rules : [rules.joined(separator: ", ")]).enumerated().map { number, rules in
            try RuleFile.read(SourceText(name: "\(number).yml", "groups: [{name: g, rules: [\(rules)]}]"))
        }
        let coverage = UnitTestRunner(file: file, ruleFiles: read).runMeasuringCoverage().coverage
        #expect(coverage.map { $0.missed.map(\.description) } == [
            ["no test sees it resolve", "no test reaches {{else of if gt $value 10.0}}"],
            ["no test sees it resolve", "no test reaches {{if gt $value 10.0}}"],
        ])
    }

    @Test func `counts alerts that are expected as series or as notifications`() throws {
        let rules = "{alert: Asked, expr: temp > 0}, {alert: Told, expr: load > 0}, {alert: Neither, expr: load > 90}"
        let text = """
            tests:
            - input_series: [{series: temp, values: '20x9'}]
              promql_expr_test: [{expr: 'count(ALERTS{alertname="Asked"})', eval_time: 3m}]
            - input_series: [{series: load, values: '20x9'}]
              webhook: {group_by: [alertname]}
              notification_test: [{eval_time: 3m}]
            """
        let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text))
        let read = try RuleFile.read(SourceText(name: "r.yml", "groups: [{name: g, rules: [\(rules)]}]"))
        var report = CoverageReport()
        report.merge(UnitTestRunner(file: file, ruleFiles: [read]).runMeasuringCoverage().coverage)
        #expect(report.rules.map { $0.reached.contains(.expected) } == [true, true, false])
    }
}
