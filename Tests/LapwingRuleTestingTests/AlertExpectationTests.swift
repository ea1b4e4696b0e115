import LapwingRules
import LapwingText
import Testing

@testable import LapwingRuleTesting

/// What an item of `alert_rule_test` says, beyond promtool's words; most of it would otherwise pass in silence.
@Suite struct `Expectations of alerts` {
    private static let rules = """
        groups:
        - name: g
          rules:
          - {alert: 'Hot(a)', expr: temp > 10, for: 2m, labels: {severity: page}, annotations: {summary: 'hot {{ $labels.room }}'}}
          - {alert: Cold, expr: temp < 0}
          - {record: Recorded, expr: temp}
        """

    /// Room a is hot from 1m, firing from 3m; b is hot from 3m, firing from 5m.
    private func report(_ item: String, rest: String = "", isLenient: Bool = false) throws -> String {
        let text = """
            evaluation_interval: 1m
            tests:
            - interval: 1m
              input_series:
              - {series: 'temp{room="a"}', values: '0 20x10'}
              - {series: 'temp{room="b"}', values: '5 5 5 20x10'}
              alert_rule_test:
              - {\(item)}
              \(rest)
            """
        do throws(SourceError) {
            let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text), isLenient: isLenient)
            let rules = try RuleFile.read(SourceText(name: "r.yml", Self.rules))
            return UnitTestRunner(file: file, ruleFiles: [rules]).run().map(\.report).joined()
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: ["never: [0m, 5m]", "within: [0m, 5m]", "always: [0m, 5m]", "eval_time: 5m", "eval_time: 5m, state: inactive"])
    func `of an alert that no rule has fail, also where there should be none`(time: String) throws {
        for name in ["Clod", "Recorded"] {
            let report = try report("alertname: \(name), \(time)")
            #expect(report.contains("no rule has the alertname \"\(name)\""), "\(report)")
        }
        #expect(try report("alertname: Clod, never: [0m, 5m]", isLenient: true).isEmpty)
    }

    @Test(arguments: ["never", "within", "always"])
    func `over a span into which no evaluation falls fail`(frequency: String) throws {
        let report = try report("alertname: Cold, \(frequency): [30s, 50s]")
        #expect(report.contains("no evaluation falls into \(frequency): [30s, 50s]") && report.contains("every 1m"), "\(report)")
    }

    @Test func `that there is none look at alerts with those labels, whatever their others are and their annotations`() throws {
        let inactive = "alertname: 'Hot(a)', eval_time: 2m, state: inactive, exp_alerts: [{exp_labels: {room: ROOM}}]"
        #expect(try report(inactive.replacing("ROOM", with: "b")).isEmpty)
        #expect(try report(inactive.replacing("ROOM", with: "a")).contains("expected nothing"))
        #expect(try report(inactive.replacing("ROOM", with: "a") + ", match: exact").isEmpty)
    }

    @Test func `over a span are exact where that is asked for`() throws {
        let alert = "{exp_labels: {room: a, severity: page}, exp_annotations: {summary: hot a}}"
        let exact = "alertname: 'Hot(a)', never: [0m, 9m], match: exact, exp_alerts: [\(alert)]"
        #expect(try !report(exact).isEmpty)
        #expect(try report(exact.replacing(", severity: page", with: "")).isEmpty)
        #expect(try report(exact.replacing("never", with: "within").replacing("hot a", with: "hot b")) != "")
    }

    @Test func `by pattern take the alert's name as it is, and a pattern that is none for a fault`() throws {
        let never = "alertname: 'Hot(a)', never: [0m, 9m], match: regex, exp_alerts: [{exp_labels: {room: 'PATTERN'}}]"
        #expect(try report(never.replacing("PATTERN", with: "a|b")).contains("expected nothing"))
        #expect(try report(never.replacing("PATTERN", with: "c|d")).isEmpty)
        #expect(try report(never.replacing("PATTERN", with: "(a")).contains("missing closing ): `(a`"))
    }

    @Test(arguments: [
        ("never: [0m, 2m], eval_time: 5m", "eval_time and never exclude each other"),
        ("never: [0m, 2m], within: [3m, 5m]", "never and within exclude each other"),
        ("never: [0m, 2m], state: inactive", "never and state: inactive exclude each other"),
        ("always: [3m, 5m], exp_alerts: []", "exp_alerts is empty beside always"),
        ("eval_time: 5m, exp_alerts: [{exp_labels: {room: ''}}]", "label room is empty"),
    ])
    func `that say two things at once, or what nothing can be, are refused`(item: String, fault: String) throws {
        let report = try report("alertname: Cold, \(item)")
        #expect(report.contains(fault), "\(report)")
    }

    /// Where as many fire as are expected, and others, it is not because one waits.
    @Test func `that fail tell of those that wait where too few fire, and only there`() throws {
        let wanted = "{exp_labels: {room: a, severity: page}}, {exp_labels: {room: b, severity: page}}"
        let few = try report("alertname: 'Hot(a)', eval_time: 4m, exp_alerts: [\(wanted)]")
        #expect(few.contains("  pending        {alertname=\"Hot(a)\", room=\"b\", severity=\"page\"} since 3m"), "\(few)")
        let others = try report("alertname: 'Hot(a)', eval_time: 4m, exp_alerts: [{exp_labels: {room: c}}]")
        #expect(others.contains("room=\"a\"") && !others.contains("  pending "), "\(others)")
    }

    /// They had the values of the time that was asked for, at which the rule never looked.
    @Test func `that fail show the values that the rule saw last`() throws {
        let rules = """
            groups:
            - {name: late, query_offset: 1m, rules: [{alert: Late, expr: temp > 5}]}
            - {name: slow, rules: [{alert: Slow, expr: temp > 5, for: 5m}]}
            """
        let text = """
            evaluation_interval: 2m
            tests:
            - interval: 1m
              input_series: [{series: temp, values: 10+1x10}]
              alert_rule_test:
              - {alertname: Late, eval_time: 4m}
              - {alertname: Slow, eval_time: 5m, exp_alerts: [{}]}
              - {alertname: Late, eval_time: 0m, exp_alerts: [{}]}
            """
        let file = try UnitTestFile.read(SourceText(name: "r_test.yml", text))
        let report = UnitTestRunner(file: file, ruleFiles: [try RuleFile.read(SourceText(name: "r.yml", rules))]).run().map(\.report).joined()
        #expect(report.contains("Late, values at 3m:") && report.contains("= temp  13"), "\(report)")
        #expect(report.contains("Slow, values at 4m:") && report.contains("= temp  14"), "\(report)")
        #expect(report.contains("Late, values at -1m:"), "\(report)")
        // What satisfies the condition and does not fire was shown without a word.
        #expect(report.contains("  pending        {alertname=\"Slow\"} since 0s; `for` is 5m"), "\(report)")
    }

    /// Each was tried with every other before.
    @Test func `of many alerts that are like one another are settled at once`() throws {
        let alerts = { (count: Int) in Array(repeating: "{exp_labels: {severity: page}}", count: count).joined(separator: ", ") }
        let item = "alertname: 'Hot(a)', always: [5m, 9m], exp_alerts: [ALERTS]"
        #expect(try report(item.replacing("ALERTS", with: alerts(2))).isEmpty)
        #expect(try !report(item.replacing("ALERTS", with: alerts(300))).isEmpty)
        #expect(try report(item.replacing("ALERTS", with: "\(alerts(1)), {exp_labels: {room: a}}")).isEmpty)
        // The first could have either, and gives the second its only one.
        let patterns = item.replacing("ALERTS", with: "{exp_labels: {room: '.'}}, {exp_labels: {room: a}}") + ", match: regex"
        #expect(try report(patterns).isEmpty)
        #expect(try !report(item.replacing("ALERTS", with: "{exp_labels: {room: a}}, {exp_labels: {room: a}}")).isEmpty)
    }

    @Test func `have no meaning beside a gap that leaves out nothing`() throws {
        func report(_ gap: String) throws -> String { try self.report("alertname: Cold, never: [0m, 5m]", rest: "gaps: [\(gap)]") }
        for gap in ["[1m, 1m]", "[90s, 2m]"] { #expect(try report(gap).isEmpty, "\(gap)") }
        #expect(try report("[90s, 100s]").contains("no sample falls into the gap"))
    }

    @Test func `have no meaning beside a restart that begins after the last of them`() throws {
        func report(_ restart: String) throws -> String { try self.report("alertname: Cold, never: [0m, 5m]", rest: "restart: \(restart)") }
        for restart in ["[0m, 1m]", "[5m, 9m]"] { #expect(try report(restart).isEmpty, "\(restart)") }
        let late = try report("[6m, 7m]")
        #expect(late.contains("the restart at 6m changes nothing: the last expectation is at 5m") && late.contains("let it begin by 5m"), "\(late)")
    }
}
