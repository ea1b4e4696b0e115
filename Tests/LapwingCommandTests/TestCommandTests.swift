import Foundation
import Testing

@Suite struct `Tests of rules on the command line` {
    @Test func `a failing alert shows the rule's line and the values of its parts`() throws {
        let result = try RuleTestFolder.run("    alert_rule_test:\n      - {eval_time: 3m, alertname: High}\n")
        #expect(result.status == 1 && result.output.contains("rules.yml:4: High, values at 3m:"))
        #expect(result.output.contains("sum by (job) (load{kind!=\"x\"})") && result.output.contains(#"= {job="a"}  2"#))
    }

    @Test func `a pattern that no test's name matches is a failure, since nothing was tested`() throws {
        #expect(try RuleTestFolder.run(RuleTestFolder.firing, ["--run", "^fir"]).output == "1 passed, 0 failed\n")
        let none = try RuleTestFolder.run(RuleTestFolder.firing, ["--run", "second"])
        #expect(none.status == 1 && none.output == "0 passed, 0 failed\n" && none.error == "lapwing: no test has a name that --run second matches\n")
    }

    @Test func `of a script, too, only the cases whose names match run`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("eval instant at 1m vector(1)\n  {} 1\n\neval instant at 1m vector(1)\n  {} 2\n".utf8).write(to: folder.appending(path: "a.test"))
        #expect(try BuiltProgram.run(["test", "--run", "line 1$", "a.test"], in: folder).output == "1 passed, 0 failed\n")
        #expect(try BuiltProgram.run(["test", "--run", "line 4", "a.test"], in: folder).status == 1)
    }

    @Test func `coverage lists what no test reaches`() throws {
        let result = try RuleTestFolder.run(RuleTestFolder.firing, ["--coverage"])
        #expect(result.status == 0)
        for missed in ["no test has a result for errors > 5", "no test reaches {{if gt $value 4.0}}", "twice: no test expects anything of it"] {
            #expect(result.output.contains(missed), "\(result.output)")
        }
        #expect(!result.output.contains("sees it") && result.output.hasSuffix("1 passed, 0 failed\n"))
    }

    @Test func `mutation lists the changes that no test notices`() throws {
        let result = try RuleTestFolder.run(RuleTestFolder.firing, ["--mutate"])
        #expect(result.status == 1 && result.output.hasSuffix("1 passed, 0 failed\n"))
        #expect(result.output.contains("High: no test notices when errors > 5 becomes") || result.output.contains("when 5 becomes 10"))
        #expect(!result.output.contains("when for: 2m becomes 4m"))
        #expect(result.output.contains(#"5:29: High: no test notices when kind!="x" is left out of load{kind!="x"}"#), "\(result.output)")
    }

    @Test func `states, subsets and spans are expected beyond promtool's schema`() throws {
        let right = """
                alert_rule_test:
                  - {eval_time: 2m, alertname: High, state: pending, match: subset, exp_alerts: [{exp_labels: {job: a}}]}
                  - {eval_time: 0m, alertname: High, state: inactive}
                  - {alertname: High, never: [5m, 9m]}
                  - {alertname: High, within: [0m, 9m], match: regex, exp_alerts: [{exp_annotations: {text: 'quite.*'}}]}
                  - {alertname: High, always: [3m, 4m]}
            """
        #expect(try RuleTestFolder.run(right).output == "1 passed, 0 failed\n")
        for wrong in [
            "{eval_time: 3m, alertname: High, state: pending, match: subset, exp_alerts: [{exp_labels: {job: a}}]}",
            "{eval_time: 3m, alertname: High, state: inactive}", "{alertname: High, never: [0m, 9m]}",
            "{alertname: High, within: [5m, 9m]}", "{alertname: High, always: [0m, 4m]}",
            "{alertname: High, within: [0m, 9m], match: regex, exp_alerts: [{exp_annotations: {text: 'quite'}}]}",
        ] {
            #expect(try RuleTestFolder.run("    alert_rule_test:\n      - \(wrong)\n").status == 1, "\(wrong)")
        }
    }

    @Test func `over a span, and where only a state is said, other alerts do not matter`() throws {
        func outcome(_ expectation: String) throws -> BuiltProgram.Outcome {
            let series = "    input_series: [{series: 'load{job=\"a\"}', values: '9x9'}, {series: 'load{job=\"b\"}', values: '9x9'}]\n"
            return try RuleTestFolder.run("    alert_rule_test:\n      - {alertname: High, \(expectation)}\n", series: series)
        }
        for right in [
            "eval_time: 3m, state: firing", "eval_time: 0m, state: pending", "within: [0m, 9m]", "always: [2m, 9m]",
            "always: [2m, 9m], exp_alerts: [{exp_labels: {job: b}}]",
            "never: [0m, 9m], exp_alerts: [{exp_labels: {job: c}}, {exp_labels: {job: d}}]",
        ] {
            #expect(try outcome(right).output == "1 passed, 0 failed\n", "\(right)")
        }
        for wrong in [
            "eval_time: 3m, state: pending", "eval_time: 3m, state: pending, exp_alerts: [{exp_labels: {job: a}}]",
            "eval_time: 3m, state: firing, match: subset, exp_alerts: [{exp_labels: {job: a}}]", "never: [0m, 9m]",
            "never: [0m, 9m], exp_alerts: [{exp_labels: {job: c}}, {exp_labels: {job: b}}]", "always: [2m, 9m], state: inactive",
        ] {
            #expect(try outcome(wrong).status == 1, "\(wrong)")
        }
        let never = try outcome("never: [0m, 9m], exp_alerts: [{exp_labels: {job: b}}]").output
        #expect(never.contains("alertname: High, time: 2m, never\n  expected nothing\n  only got       {alertname=\"High\", job=\"b\"}"), "\(never)")
        #expect(try outcome("never: [0m, 1m], always: [2m, 9m]").output.contains("never and always exclude each other"))
    }

    @Test func `gaps, late samples, a restart and notifications are part of a test`() throws {
        let count = "{expr: 'count_over_time(load[10m])', eval_time: 9m, exp_samples: [{labels: '{job=\"a\"}', value: 8}]}"
        let gap = "    gaps: [[2m, 3m]]\n    promql_expr_test:\n      - \(count)\n"
        #expect(try RuleTestFolder.run(gap).output == "1 passed, 0 failed\n")
        let late = "    delay: 1m\n    alert_rule_test:\n      - {eval_time: 3m, alertname: High, state: pending, match: subset, exp_alerts: [{}]}\n"
        #expect(try RuleTestFolder.run(late).output == "1 passed, 0 failed\n")
        let restart = "    restart: [2m, 4m]\n    alert_rule_test:\n      - {eval_time: 4m, alertname: High, state: pending, match: subset, exp_alerts: [{}]}\n"
        #expect(try RuleTestFolder.run(restart).output == "1 passed, 0 failed\n")
        let told = """
                webhook: {group_by: [alertname], group_wait: 0s, group_interval: 1m}
                notification_test:
                  - eval_time: 9m
                    exp_notifications:
                      - {time: 3m, status: firing, group_labels: {alertname: High}, alerts: 1}
                      - {time: 6m, status: resolved}
            """
        let result = try RuleTestFolder.run(told)
        #expect(result.output == "1 passed, 0 failed\n", "\(result.output)")
        let endless = try RuleTestFolder.run(told.replacingOccurrences(of: "group_interval: 1m", with: "group_interval: 0s"))
        #expect(endless.status == 1 && endless.output.contains("group_interval cannot be zero"), "\(endless.output)")
    }

    @Test func `while the server is down nobody is notified, and of what fell due then when it is back`() throws {
        let expected = "exp_notifications: [{time: 6m, status: firing}]"
        let down = """
                restart: [4m, 6m]
                webhook: {group_by: [alertname], group_wait: 90s}
                notification_test: [{eval_time: 5m}, {eval_time: 6m, \(expected)}]
            """
        let result = try RuleTestFolder.run(down)
        #expect(result.output == "1 passed, 0 failed\n", "\(result.output)")
        let up = try RuleTestFolder.run(down.replacing("    restart: [4m, 6m]\n", with: ""))
        #expect(up.status == 1 && up.output.contains("4m30s firing"), "\(up.output)")
    }

    @Test func `results are also written for programs, and promtool's leniency is there for who wants it`() throws {
        let unknown = "    alert_rule_test:\n      - {eval_time: 3m, alertname: Hgih}\n"
        let strict = try RuleTestFolder.run(unknown, ["--output", "json"])
        let json = try JSONSerialization.jsonObject(with: Data(strict.output.utf8)) as? [String: Any]
        #expect(strict.status == 1 && json?["failed"] as? Int == 1)
        #expect(try RuleTestFolder.run(unknown, ["--promtool-compat"]).status == 0)
    }

    @Test func `a value that is not a number is expected like any other, and never as promtool has it`() throws {
        let expected = "    promql_expr_test:\n      - {expr: 'vector(0) / 0', eval_time: 1m, exp_samples: [{labels: '{}', value: .nan}]}\n"
        #expect(try RuleTestFolder.run(expected).status == 0)
        #expect(try RuleTestFolder.run(expected, ["--promtool-compat"]).status == 1)
    }

    /// Queries saw what had not come yet, but in the last of them.
    @Test func `late samples are late for queries too`() throws {
        let expressions = [(1, "{}"), (2, "{labels: 'load{job=\"a\"}', value: 0}"), (3, "{labels: 'load{job=\"a\"}', value: 2}")].map { minute, sample in
            "      - {expr: load, eval_time: \(minute)m, exp_samples: [\(minute == 1 ? "" : sample)]}\n"
        }
        let result = try RuleTestFolder.run("    delay: 2m\n    promql_expr_test:\n" + expressions.joined())
        #expect(result.output == "1 passed, 0 failed\n", "\(result.output)")
    }

    @Test func `coverage stands in the output for programs too`() throws {
        let json = try RuleTestFolder.run(RuleTestFolder.firing, ["--coverage", "--output", "json"]).output
        let coverage = (try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])?["coverage"] as? [String: Any]
        let missed = coverage?["missed"] as? [[String: Any]]
        #expect(coverage?["reached"] as? Int == 7 && missed?.contains { $0["rule"] as? String == "twice" && $0["line"] as? Int == 8 } == true, "\(json)")
    }

    @Test func `flags that each want something else are refused together`() throws {
        for (flags, fault) in [
            (["--mutate", "--junit", "x.xml"], "--mutate and --junit exclude each other"), (["--update", "--watch"], "--update and --watch exclude each other"),
            (["--watch", "--output", "json"], "--output does not go with --watch"),
        ] {
            let outcome = try RuleTestFolder.run(RuleTestFolder.firing, flags)
            #expect(outcome.status == 2 && outcome.error.contains(fault), "\(outcome)")
        }
    }

    @Test func `coverage counts what the tests of all files reach together`() throws {
        let folder = try RuleTestFolder.make(RuleTestFolder.series + RuleTestFolder.firing)
        defer { try? FileManager.default.removeItem(at: folder) }
        let head = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n"
        let other = "    promql_expr_test:\n      - {expr: twice, eval_time: 1m, exp_samples: [{labels: 'twice{job=\"a\"}', value: 4}]}\n"
        try Data((head + RuleTestFolder.series + other).utf8).write(to: folder.appending(path: "other.test.yml"))
        let one = try BuiltProgram.run(["test", "--coverage", "rules.test.yml"], in: folder).output
        let both = try BuiltProgram.run(["test", "--coverage", "."], in: folder).output
        #expect(one.contains("twice: no test expects anything of it") && !both.contains("twice:"))
        #expect(both.contains("coverage: 1 of 2 rules wholly") && both.hasSuffix("2 passed, 0 failed\n"), "\(both)")
    }

    /// The folder itself may be a link, as in a volume of Kubernetes; links within could lead in a circle.
    @Test func `a folder stands for the tests below it, behind a link too, and a folder that cannot be read is told`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = Data("eval instant at 1m vector(1)\n  {} 1\n".utf8)
        for name in ["tests/a", "tests/deep/er"] {
            let inner = folder.appending(path: name)
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try script.write(to: inner.appending(path: "one.test"))
        }
        for (link, goal) in [("tests/deep/back", "tests"), ("link", "tests")] {
            try FileManager.default.createSymbolicLink(at: folder.appending(path: link), withDestinationURL: folder.appending(path: goal))
        }
        for operand in ["tests", "tests/", "link", "link/"] {
            #expect(try BuiltProgram.run(["test", operand], in: folder).output == "2 passed, 0 failed\n", "\(operand)")
        }
        if getuid() == 0 { return }
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.appending(path: "tests/a").path)
        let outcome = try BuiltProgram.run(["test", "tests"], in: folder)
        #expect(outcome.output.contains("tests/a:1:1: error: permission to read it is denied") && outcome.output.hasSuffix("1 passed, 1 failed\n"))
    }

    @Test func `rules in the place of tests, and the other way round, are told for what they are`() throws {
        let folder = try RuleTestFolder.make(RuleTestFolder.series + RuleTestFolder.firing)
        defer { try? FileManager.default.removeItem(at: folder) }
        let rules = try BuiltProgram.run(["test", "rules.yml"], in: folder)
        #expect(rules.status == 1 && rules.output.contains("rules.yml:1:1: error: this is a file of rules, not of their tests"))
        let tests = try BuiltProgram.run(["check", "rules", "rules.test.yml"], in: folder)
        #expect(tests.status == 1 && tests.output.hasPrefix("rules.test.yml:3:1: error: this is a file of tests, not of rules; lapwing test runs it"))
    }

    /// The results were lost with the report.
    @Test func `results are told although a report of them cannot be written`() throws {
        let outcome = try RuleTestFolder.run(RuleTestFolder.firing, ["--junit", "/nonexistent/x.xml"])
        #expect(outcome.status == 1 && outcome.output == "1 passed, 0 failed\n" && outcome.error.contains("cannot be written"), "\(outcome)")
    }

    /// `r*.yml` and `./rules.yml` loaded its rules twice more, so that each alert was there three times.
    @Test func `a rule file that several patterns name is loaded once`() throws {
        let folder = try RuleTestFolder.make(RuleTestFolder.series + RuleTestFolder.firing)
        defer { try? FileManager.default.removeItem(at: folder) }
        let test = try String(contentsOf: folder.appending(path: "rules.test.yml"), encoding: .utf8)
        try Data(test.replacing("[rules.yml]", with: "[rules.yml, 'r*es.yml', ./rules.yml]").utf8).write(to: folder.appending(path: "rules.test.yml"))
        #expect(try BuiltProgram.run(["test", "rules.test.yml"], in: folder).output == "1 passed, 0 failed\n")
        let checked = try BuiltProgram.run(["check", "rules", "rules.yml", "./rules.yml"], in: folder)
        #expect(!checked.output.contains("./rules.yml"), "\(checked.output)")
    }

    @Test func `an explanation is of one alert, and a second name is bad usage`() throws {
        let folder = try RuleTestFolder.make(RuleTestFolder.series)
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = try BuiltProgram.run(["explain", "High", "Other", "--rules", "rules.yml", "--data", "rules.yml"], in: folder)
        #expect(outcome.status == 2 && outcome.error.contains("explain takes the name of one alert"), "\(outcome)")
    }

    /// Upstream's two files of this kind passed: an address that is none was looked for only where nothing relabels it.
    @Test(arguments: [
        "scrape_configs:\n- job_name: j\n  relabel_configs: [RULE]\n  static_configs: [{targets: ['http://bad']}]\n",
        "alerting:\n  alertmanagers:\n  - relabel_configs: [RULE]\n    static_configs: [{targets: ['http://bad']}]\n",
    ])
    func `a target that relabelling leaves without a host is refused by check`(configuration: String) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (rule, status) in [("{source_labels: [__address__], target_label: x}", 1), ("{target_label: __address__, replacement: good}", 0)] {
            try Data(configuration.replacing("RULE", with: rule).utf8).write(to: folder.appending(path: "c.yml"))
            let outcome = try BuiltProgram.run(["check", "config", "c.yml"], in: folder)
            #expect(Int(outcome.status) == status && outcome.output.contains("is not a valid hostname") == (status == 1), "\(outcome)")
        }
    }

    @Test func `a link that leads nowhere is told for one`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/x_test.yml", withDestinationPath: "gone.yml")
        let outcome = try BuiltProgram.run(["test", "."], in: folder)
        #expect(outcome.output.contains("this is a link to gone.yml, which is not there") && !outcome.output.contains("did you mean"), "\(outcome.output)")
    }

    @Test func `a folder without any test is a failure`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = try BuiltProgram.run(["test", folder.path])
        #expect(outcome.status == 1 && outcome.output.contains("no test is below this folder"))
        #expect(outcome.output.hasSuffix("0 passed, 1 failed\n"))
    }

    @Test func `files run side by side and are told in their order`() throws {
        let folder = try RuleTestFolder.make("    alert_rule_test:\n      - {eval_time: 3m, alertname: High}\n")
        defer { try? FileManager.default.removeItem(at: folder) }
        let head = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n"
        // The later the file, the sooner it is done.
        let names = (0..<6).map { "\($0)_test.yml" }
        for (place, name) in names.enumerated() {
            let tests = (0..<(6 - place) * 20).map { test in
                "  - interval: 1m\n    name: t\(test)\n    promql_expr_test: [{expr: vector(1), eval_time: 5m}]\n"
            }
            try Data((head + tests.joined()).utf8).write(to: folder.appending(path: name))
        }
        let outcome = try BuiltProgram.run(["test"] + names, in: folder)
        let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix("FAIL ") }
        let told = lines.compactMap { $0.dropFirst(5).split(separator: ":").first.map(String.init) }
        #expect(told == names.enumerated().flatMap { place, name in Array(repeating: name, count: (6 - place) * 20) })
        #expect(outcome.output.hasSuffix("0 passed, 420 failed\n"))
    }

    @Test func `watching runs again what a change touches`() throws {
        let folder = try RuleTestFolder.make(RuleTestFolder.series + RuleTestFolder.firing)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = BuiltProgram.url
        process.arguments = ["test", "--watch", folder.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        var text = ""
        func wait(for part: String) {
            while process.isRunning, !text.contains(part) { text += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) }
        }
        wait(for: "1 passed, 0 failed")
        try Data(RuleTestFolder.rules.replacing("> 1 or", with: "> 3 or").utf8).write(to: folder.appending(path: "rules.yml"))
        wait(for: "0 passed, 1 failed")
        #expect(text.contains("FAIL"))
        // As an editor does that writes a file anew: the test file no longer found its rules, and never again.
        try FileManager.default.removeItem(at: folder.appending(path: "rules.yml"))
        wait(for: "no file matches \"rules.yml\"")
        text = ""
        try Data(RuleTestFolder.rules.utf8).write(to: folder.appending(path: "rules.yml"))
        wait(for: "1 passed, 0 failed")
    }
}
