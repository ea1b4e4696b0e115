import LapwingSeries
import LapwingText
import Testing

@testable import LapwingRules

@Suite struct `A rule file` {
    private func faults(_ text: String) -> [String] {
        do throws(SourceError) {
            _ = try RuleFile.read(SourceText(name: "r.yml", text))
            return []
        } catch {
            return error.diagnostics.map { $0.line(in: error.source) }
        }
    }

    @Test func `holds every field of groups and rules`() throws {
        let file = try RuleFile.read(
            SourceText(
                name: "r.yml",
                """
                groups:
                  - name: g
                    interval: 30s
                    query_offset: 1m
                    limit: 5
                    labels: {team: web, severity: page}
                    rules:
                      - record: a:b
                        expr: sum(x)
                        labels: {severity: ticket}
                      - alert: A
                        expr: x > 1
                        for: 5m
                        keep_firing_for: 10m
                        annotations: {summary: "{{ $value }}"}
                """))
        let group = try #require(file.groups.first)
        #expect(group.interval == .seconds(30) && group.queryOffset == .seconds(60) && group.limit == 5)
        guard case .recording(let recording) = group.rules[0], case .alerting(let alerting) = group.rules[1] else {
            Issue.record("the kinds are wrong")
            return
        }
        #expect(recording.labels == Labels(metric: "", ["team": "web", "severity": "ticket"]))
        #expect(alerting.hold == .seconds(300) && alerting.keepFiringFor == .seconds(600))
        #expect(alerting.labels.map(\.name) == ["severity", "team"])
    }

    @Test func `may be a bare list, which becomes a group named after the file`() throws {
        let file = try RuleFile.read(SourceText(name: "rules/runbook.yml", "- alert: A\n  expr: x > 1\n  for: 5m\n"))
        #expect(file.groups.map(\.name) == ["runbook"])
        #expect(file.groups.first?.rules.map(\.name) == ["A"])
    }

    @Test func `without rules is taken with a warning`() throws {
        #expect(try RuleFile.read(SourceText(name: "r.yml", "groups: []")).warnings.map(\.message) == ["the file has no rules"])
        #expect(try RuleFile.read(SourceText(name: "r.yml", "")).warnings.count == 1)
    }

    @Test(arguments: [
        (
            "groups: [{name: g, rules: [{alert: A, record: b, expr: x}]}]",
            "r.yml:1:39: error: group \"g\", rule 1, \"A\": only one of 'record' and 'alert' must be set (rules/kind)"
        ),
        ("groups: [{name: g, rules: [{expr: x}]}]", "one of 'record' or 'alert' must be set"),
        ("groups: [{name: g, rules: [{alert: A}]}]", "field 'expr' must be set in rule"),
        ("groups: [{name: g, rules: [{record: a, expr: x, for: 5m}]}]", "invalid field 'for' in recording rule"),
        ("groups: [{name: g, rules: [{record: 'a{b}', expr: x}]}]", "braces present in the recording rule name"),
        ("groups: [{name: g}, {name: g}]", "groupname: \"g\" is repeated in the same file"),
        ("groups: [{rules: []}]", "Groupname must not be empty"),
        ("groups: [{name: g, rules: [{alert: A, expr: x, for: 5}]}]", "not a valid duration string: \"5\""),
        ("groups: [{name: g, rules: [{alert: A, expr: x, labels: {__name__: y}}]}]", "invalid label name: __name__"),
        ("groups: [{name: g, intervall: 5m}]", "field \"intervall\" is not known in a rule group"),
        ("groups: [{name: g, rules: [{alert: A, expr: x, annotations: {s: '{{ nope }}'}}]}]", "function \"nope\" not defined"),
        ("groups: [{name: g, rules: [{alert: A, expr: x, annotations: {s: {{ $value }} }}]}]", "single value"),
        ("groups: [{name: g, rules: [{alert: A, expr: 'rate(x)'}]}]", "r.yml:1:51: error:"),
        ("groups:\n\t- name: g", "tab"),
    ])
    func `is refused with place and reason`(text: String, part: String) {
        let faults = faults(text)
        if !faults.contains(where: { $0.contains(part) }) { Issue.record("\(text): \(faults)") }
    }

    /// The fields were refused for being there; upstream looks at what they say.
    @Test func `that records may have an alert's fields that say nothing`() {
        #expect(faults("- {record: a, expr: x, for: 0s, keep_firing_for: 0m, annotations: {}}").isEmpty)
        for field in ["for: 1s", "keep_firing_for: 5m", "annotations: {a: b}"] {
            #expect(faults("- {record: a, expr: x, \(field)}").contains { $0.contains("invalid field") }, "\(field)")
        }
        #expect(faults("- {record: a, expr: x, for: 5}").contains { $0.contains("not a valid duration") })
    }

    /// Each key was an unknown field of its own.
    @Test(arguments: [
        ("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec: {groups: []}", "this is a PrometheusRule of Kubernetes"),
        ("global: {}\nscrape_configs: []", "this is a configuration"), ("rule_files: [r.yml]", "this is a configuration"),
        ("name: g\nrules: [{alert: A, expr: x}]", "this is a group by itself"), ("- name: g\n  rules: []", "this is a list of groups"),
        ("alert: A\nexpr: x", "this is a rule by itself"), ("tests: []", "this is a file of tests"),
    ])
    func `is told for what it is instead, once`(text: String, part: String) {
        let faults = faults(text)
        #expect(faults.count == 1 && faults[0].contains(part), "\(faults)")
    }

    @Test(arguments: [
        "- {record: r, expr: rate(m[5m])}", "- record: r\n  expr: {{ $x }}", "- record: r\n  expr: {job=\"a\"}",
        "- {alert: A, expr: x, annotations: {s: {{ $value }} }}",
    ])
    func `says where a text has to be quoted`(text: String) {
        let error = #expect(throws: SourceError.self) { try RuleFile.read(SourceText(name: "r.yml", text)) }
        #expect(error?.diagnostics.contains { $0.help?.contains("has to be quoted") ?? false } == true, "\(faults(text))")
    }

    @Test func `may have items that are nothing, and whole numbers in Go's forms`() throws {
        let file = try RuleFile.read(SourceText(name: "r.yml", "groups:\n-\n- {name: g, limit: 1_000, rules: [null, {record: a, expr: x}]}"))
        #expect(file.groups.map(\.limit) == [1000] && file.groups.flatMap(\.rules).map(\.name) == ["a"])
        for limit in ["5.0", "0.5e1", "+5"] {
            #expect(try RuleFile.read(SourceText(name: "r.yml", "groups: [{name: g, limit: \(limit)}]")).groups.map(\.limit) == [5])
        }
        for limit in ["5.5", "_5", "'5_0'", "x_1"] { #expect(!faults("groups: [{name: g, limit: \(limit)}]").isEmpty, "\(limit)") }
    }

    @Test func `tells every fault, in the order of its source`() {
        let lines = faults("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: rat(x[5m])\n  - alert: B\n    expr: sum(\n  - alert: C\n")
        #expect(lines.map { String($0.prefix(9)) } == ["r.yml:5:1", "r.yml:7:1", "r.yml:8:5"])
    }

    @Test func `points into block scalars at the line and column meant`() {
        #expect(faults("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      sum(\n        foo bar)\n").first?.hasPrefix("r.yml:7:13:") == true)
        #expect(faults("groups:\n- name: g\n  rules:\n  - alert: A\n    expr: >-\n      x >\n      1 1\n").first?.hasPrefix("r.yml:7:9:") == true)
        #expect(faults("- alert: A\n  expr: \"x{a=\\\"b\\\"} y\"\n").first?.hasPrefix("r.yml:2:21:") == true)
    }
}
