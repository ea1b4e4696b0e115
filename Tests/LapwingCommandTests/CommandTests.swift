import Foundation
import Testing

@Suite struct `The commands` {
    private func write(_ text: String, as name: String) throws -> URL {
        let file = try temporaryFolder().appending(path: name)
        try Data(text.utf8).write(to: file)
        return file
    }

    @Test func `help and version go to standard output`() throws {
        let help = try BuiltProgram.run(["--help"])
        #expect(help.status == 0 && help.output.contains("serve") && help.error.isEmpty)
        #expect(try BuiltProgram.run(["--version"]).output.hasPrefix("lapwing "))
        for command in ["serve", "test", "check", "query", "export", "format"] {
            let help = try BuiltProgram.run([command, "--help"])
            #expect(help.status == 0 && help.output.contains("Usage: lapwing \(command)"))
        }
    }

    @Test(arguments: [
        (["sevre"], "did you mean serve?"), (["serve", "--scrap", "x"], "did you mean --scrape?"), (["query"], "needs one expression"),
        (["serve", "--scrape-interval", "0s"], "--scrape-interval is at least 1ms"), (["serve", "--query-timeout=0"], "is at least 1ms"),
        (["serve", "--query-max-samples", "0"], "is a whole number from 1"),
        (["serve", "--scrape", "a="], "lapwing: --scrape a=: it names no host"),
        (["serve", "--listen"], "needs a value"), (["serve", "--listen", "[::1]:99999"], "a port from 0 to 65535, not \"[::1]:99999\""),
        (["serve", "--scrape-interval", "5 m"], "durations are written like"),
        (["query", "--time", "yesterday", "up"], "is no time"), (["check", "ruls", "x"], "did you mean rules?"), (["test"], "needs a file"),
        (["query", "--end", "now", "up"], "begins with --start"), (["query", "--step", "1m", "up"], "begins with --start"),
        (["query", "--time", "1", "--start", "1", "up"], "--time asks for an instant"), (["query", "--labels", "up"], "stands alone"),
        (["query", "--labels", "--series", "up"], "stands alone"), (["query", "--labels", "--explain"], "stands alone"),
        (["query", "--labels", "--end", "now"], "begins with --start"), (["query", "--labels", "--step", "1m"], "stands alone"),
        // `--server` was ignored.
        (["query", "--data", "x", "--server", "y", "up"], "--data and --server exclude each other"),
        (["query", "--data", "x", "--http-config", "y", "up"], "--data and --http-config exclude each other"),
        (["check", "rules", "--data", "x", "--http-config", "y", "z"], "--http-config is of --server"),
        // What a shell makes of a pattern that is not quoted.
        (["serve", "--rules", "a.yml", "b.yml"], "quote a pattern, so that the shell leaves it whole: --rules 'rules/*.yml'"),
        (["replay", "--rules", "a.yml", "b.yml", "--data", "x"], "replay takes b.yml behind --rules; quote a pattern"),
        (["query", "-up"], "stands behind --"), (["format"], "needs an expression"), (["export"], "needs --data"),
        (["export", "--data", "x", "--start", "2", "--end", "1"], "lies before"),
        (["serve", "--retention-size", "10 apples"], "a size like 512MB"), (["serve", "--retention-size=10GB", "--query-timeout=5 m"], "durations are"),
    ])
    func `bad usage is refused with what was meant`(arguments: [String], part: String) throws {
        let outcome = try BuiltProgram.run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.error.contains(part), "\(outcome.error)")
        #expect(outcome.output.isEmpty)
    }

    @Test func `expressions and the expressions of rule files are printed in their canonical form`() throws {
        let one = try BuiltProgram.run(["format", "sum(rate( x[300s] ))by(job)"])
        #expect(one.status == 0 && one.output == "sum by (job) (rate(x[5m]))\n")
        let file = try write("# kept elsewhere\n- alert: A\n  expr: 'x>1'\n- record: a:b\n  expr: sum(x)by(a)\n", as: "rules.yml")
        let rules = try BuiltProgram.run(["format", "rules.yml"], in: file.deletingLastPathComponent())
        #expect(rules.status == 0 && rules.output == "rules.yml:2: x > 1\nrules.yml:4: sum by (a) (x)\n")
        let bad = try BuiltProgram.run(["format", "x +", "y"])
        #expect(bad.status == 1 && bad.output == "y\n")
        #expect(bad.error.contains("unexpected end of input"))
    }

    @Test func `the rules that come with the program pass their tests`() throws {
        let outcome = try BuiltProgram.run(["test", "rules"])
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n").last == "13 passed, 0 failed")
        let one = try BuiltProgram.run(["test", "--run", "slow answers", "rules"])
        #expect(one.output.split(separator: "\n").last == "3 passed, 0 failed")
    }

    @Test func `a failing test shows what was expected and what was got`() throws {
        let folder = try temporaryFolder()
        try Data("- alert: A\n  expr: x > 1\n".utf8).write(to: folder.appending(path: "rules.yml"))
        let text = """
            rule_files: [rules.yml]
            tests:
              - name: t
                interval: 1m
                input_series: [{series: 'x{a="b"}', values: 2 2}]
                alert_rule_test:
                  - {eval_time: 1m, alertname: A, exp_alerts: [{exp_labels: {a: c}}]}
                promql_expr_test:
                  - {expr: x, eval_time: 1m, exp_samples: [{labels: 'x{a="b"}', value: 3}]}
            """
        try Data(text.utf8).write(to: folder.appending(path: "a.test.yml"))
        let outcome = try BuiltProgram.run(["test", "a.test.yml", "missing.test.yml"], in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("  differs        {alertname=\"A\"}\n       expected  got\n    a  \"c\"       \"b\"\n"))
        #expect(outcome.output.contains("    value  3         2\n"))
        #expect(outcome.output.contains("a.test.yml:7:"))
        #expect(outcome.output.split(separator: "\n").last == "0 passed, 2 failed")
    }

    @Test func `an alertname that no rule has is a failure`() throws {
        let folder = try temporaryFolder()
        try Data("- alert: HighErrorRate\n  expr: x > 1\n".utf8).write(to: folder.appending(path: "rules.yml"))
        let text = "rule_files: [rules.yml]\ntests: [{alert_rule_test: [{eval_time: 1m, alertname: HighErorRate}]}]\n"
        try Data(text.utf8).write(to: folder.appending(path: "a.test.yml"))
        #expect(try BuiltProgram.run(["test", "a.test.yml"], in: folder).output.contains("did you mean HighErrorRate?"))
    }

    @Test func `a broken rule file is told with its places`() throws {
        let file = try write(
            "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: |\n          sum(\n            rat(x[5m]))\n        fro: 5m\n", as: "r.yml")
        let outcome = try BuiltProgram.run(["check", "rules", file.path])
        #expect(outcome.status == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains("r.yml:7:13: error:") == true, "\(outcome.output)")
        #expect(lines.last?.contains("r.yml:8:9: error: field \"fro\" is not known") == true, "\(outcome.output)")
        let json = try BuiltProgram.run(["check", "rules", "--output", "json", file.path]).output
        #expect(json.contains(#""line":7,"column":13,"severity":"error""#))
        #expect(try BuiltProgram.run(["check", "rules", "rules/service.yml", "rules/runbook.yml"]).status == 0)
        #expect(try BuiltProgram.run(["check", "rules", "nowhere.yml"]).status == 1)
    }

    @Test func `doubled rules are lint, and fatal when asked for`() throws {
        let file = try write("- {record: a, expr: vector(1)}\n- {record: a, expr: vector(2)}\n", as: "r.yml")
        #expect(try BuiltProgram.run(["check", "rules", file.path]).status == 0)
        let fatal = try BuiltProgram.run(["check", "rules", "--lint-fatal", file.path])
        #expect(fatal.status == 3 && fatal.output.contains("(rule/duplicate)"))
        #expect(try BuiltProgram.run(["check", "rules", "--lint", "none", "--lint-fatal", file.path]).status == 0)
    }

    @Test func `recorded pages are asked in every form`() throws {
        let page = try write("x{a=\"b\"} 1 1000\nx{a=\"b\"} 4 61000\ny 2 61000\n", as: "page.txt")
        func ask(_ arguments: [String]) throws -> BuiltProgram.Outcome { try BuiltProgram.run(["query", "--data", page.path] + arguments) }
        #expect(try ask(["--time", "61", "x"]).output == "x{a=\"b\"}  4\n")
        #expect(
            try ask(["--time", "61", "--output", "json", "x"]).output
                == #"{"resultType":"vector","result":[{"metric":{"__name__":"x","a":"b"},"value":[61,"4"]}]}"# + "\n")
        #expect(
            try ask(["--start", "1", "--end", "61", "--step", "60s", "--output", "csv", "x"]).output
                == "__name__,a,time,value\nx,b,1970-01-01T00:00:01Z,1\nx,b,1970-01-01T00:01:01Z,4\n")
        #expect(try ask(["--labels"]).output == "__name__\na\n")
        #expect(try ask(["--label-values", "a"]).output == "b\n")
        #expect(try ask(["--series", "y"]).output == "y\n")
        let wrong = try ask(["foo bar"])
        #expect(wrong.status == 1 && wrong.error.contains("query:1:5: error: unexpected identifier \"bar\""))
        let broken = try write("x 1\ny =\n", as: "broken.txt")
        let refused = try BuiltProgram.run(["query", "--data", broken.path, "x"])
        #expect(refused.status == 1 && refused.error.contains("broken.txt:2:"))
    }

    @Test func `a server that is not there is told`() throws {
        let outcome = try BuiltProgram.run(["query", "--server", "http://127.0.0.1:9", "up"])
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("connection refused"))
    }
}
