import LapwingPromQL
import LapwingRules
import LapwingText
import SeededRandom
import Testing

@testable import LapwingRuleTesting

/// Queries that read nothing but a test's series are answered for many instants at once.
@Suite struct `Queries answered ahead` {
    private static let rules = """
        groups:
          - name: g
            rules:
              - {record: job:load:sum, expr: sum by (job) (load)}
              - alert: Load
                expr: load > 2
                for: 1m
                labels: {v: '{{ $value }}'}
                annotations: {n: '{{ query "count(load)" | first | value }}'}
              - {alert: Rate, expr: 'rate(total[3m]) > 0.05', keep_firing_for: 2m}
              - {alert: Recorded, expr: 'job:load:sum > 3'}
              - {alert: Before, expr: 'load offset 1m > 3 and load > 0'}
              - {alert: Coming, expr: 'load offset -2m > 3'}
              - {alert: Fixed, expr: 'load > (load @ 240) and load > 1'}
              - {alert: Absent, expr: 'absent(load{job="a"})'}
              - {alert: Number, expr: '3 > bool 2'}
              - {alert: Many, expr: 'count({__name__=~"lo.d"}) > 2'}
              - {alert: Top, expr: 'topk(1, load) > 3 or sort(load) > 3'}
              - {alert: Tall, expr: histogram_count(lat) > 3}
              - {alert: Slow, expr: 'histogram_quantile(0.5, rate(lat[3m])) > 0 or lat > 6'}
          - name: late
            query_offset: 90s
            rules:
              - {alert: Late, expr: load > 2}
              - {alert: Waiting, expr: 'count(ALERTS{alertstate="pending"}) > 0'}
        """

    private func runner(_ random: inout SeededGenerator, _ options: String) throws -> UnitTestRunner {
        let rules = try RuleFile.read(SourceText(name: "rules.yml", Self.rules))
        var text = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n  - interval: 30s\n\(options)    input_series:\n"
        for job in ["a", "b", "c"] {
            let load = (0..<30).map { _ in ["0", "1", "2", "4", "_", "stale"][random.below(6)] }.joined(separator: " ")
            let total = (0..<30).map { _ in ["1", "5", "9", "_"][random.below(4)] }.joined(separator: " ")
            text += "      - {series: 'load{job=\"\(job)\"}', values: '\(load)'}\n      - {series: 'total{job=\"\(job)\"}', values: '\(total)'}\n"
        }
        // Floats and ends among histograms came too early when all was loaded at once.
        let kinds = ["{{count:3 sum:4 buckets:[1 2]}}", "{{count:5 sum:9 buckets:[2 3]}}", "7", "_", "stale"]
        let lat = (0..<30).map { _ in kinds[random.below(5)] }.joined(separator: " ")
        text += "      - {series: lat, values: '\(lat)'}\n    alert_rule_test:\n"
        for name in rules.groups.flatMap(\.rules).map(\.name) where name != "job:load:sum" {
            // What fails says what there was.
            for minute in 0..<14 { text += "      - {eval_time: \(minute)m, alertname: \(name), exp_alerts: [{exp_labels: {never: '1'}}]}\n" }
        }
        text += "    promql_expr_test:\n      - {expr: 'sum_over_time({job!=\"\"}[14m])', eval_time: 14m}\n"
        text += "      - {expr: 'count_over_time(ALERTS[14m])', eval_time: 14m}\n"
        return UnitTestRunner(file: try UnitTestFile.read(SourceText(name: "rules.test.yml", text)), ruleFiles: [rules])
    }

    @Test(
        arguments: ["", "    delay: 1m\n", "    gaps: [[3m, 5m]]\n", "    restart: [4m, 7m]\n", "    group_intervals: true\n"],
        1...3 as ClosedRange<UInt64>)
    func `come to the same as one by one`(options: String, seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let ahead = try runner(&random, options)
        var each = ahead
        each.foreseeable = []
        let (a, b) = (ahead.run(), each.run())
        #expect(a.map(\.report) == b.map(\.report), "seed \(seed)")
        #expect(a.flatMap(\.failures).count > 100 && !a[0].report.contains("failed at"))
    }

    @Test func `are those of rules that read no rule, and look back`() throws {
        let names = try RuleFile.read(SourceText(name: "rules.yml", Self.rules)).groups
        let rules = names.flatMap(\.rules).filter { names.foreseeableQueries.contains($0.query.text) }.map(\.name)
        #expect(rules == ["job:load:sum", "Load", "Rate", "Before", "Absent", "Number", "Top", "Tall", "Slow", "Late"])
    }
}
