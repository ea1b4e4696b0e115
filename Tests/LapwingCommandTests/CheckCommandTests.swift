import Foundation
import LapwingHTTP
import Testing

@Suite struct `lapwing check` {
    private func folder(_ files: [String: String]) throws -> URL {
        let folder = try temporaryFolder()
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return folder
    }

    private func check(_ arguments: [String], in folder: URL) throws -> BuiltProgram.Outcome {
        try BuiltProgram.run(["check"] + arguments, in: folder)
    }

    private static let gauge = "- {record: a, expr: 'rate(up[5m])'}\n"

    @Test func `every finding is a line, also of several files`() throws {
        let folder = try folder(["a.yml": Self.gauge, "b.yml": "- {alert: B, expr: 'sum(x)'}\n"])
        let outcome = try check(["rules", "a.yml", "b.yml"], in: folder)
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                a.yml:1:27: warning: rate() is for counters, and up is a gauge by its name; use deriv() or delta() (promql/rate)
                b.yml:1:21: warning: there is no condition, and the alert fires for as long as the expression has a result (alerts/comparison)

                """)
        #expect(try check(["rules", "--lint-fatal", "a.yml"], in: folder).status == 3)
        #expect(try check(["rules", "--lint-fatal", "--lint", "alerts/for,promql/regexp", "a.yml"], in: folder).status == 0)
        #expect(try check(["rules", "--lint-fatal", "--lint", "promql/rate", "a.yml"], in: folder).status == 3)
        let unknown = try check(["rules", "--lint", "promql/rates", "a.yml"], in: folder)
        #expect(unknown.status == 2 && unknown.error.contains("did you mean promql/rate?"))
        #expect(try check(["rules", "--lint", "promql/series", "a.yml"], in: folder).error.contains("promql/series needs --data PATH or --server URL"))
    }

    @Test func `findings are written for programs`() throws {
        let folder = try folder(["a.yml": Self.gauge, "b,c.yml": "- {record: a, expr: 'rate(x'}\n"])
        let json = try check(["rules", "--output", "json", "a.yml"], in: folder).output
        #expect(
            json == #"[{"file":"a.yml","line":1,"column":27,"severity":"warning","message":"rate() is for counters, and up is a gauge by its name","#
                + #""check":"promql/rate","help":"use deriv() or delta()"}]"# + "\n")
        let github = try check(["rules", "--output", "github", "a.yml", "b,c.yml"], in: folder)
        #expect(github.status == 1)
        #expect(
            github.output.hasPrefix(
                "::warning file=a.yml,line=1,col=27,endLine=1,endColumn=29,title=promql/rate::rate() is for counters, and up is a gauge by its name%0Ause"))
        #expect(github.output.contains("\n::error file=b%2Cc.yml,line=1,col="))
        let sarif = try check(["rules", "--output", "sarif", "a.yml"], in: folder).output
        let report = try #require(try JSONSerialization.jsonObject(with: Data(sarif.utf8)) as? [String: Any])
        #expect(report["version"] as? String == "2.1.0")
        let run = try #require((report["runs"] as? [[String: Any]])?.first)
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        #expect(result["ruleId"] as? String == "promql/rate" && result["level"] as? String == "warning")
        #expect(sarif.contains(#""region":{"startLine":1,"startColumn":27,"endLine":1,"endColumn":29}"#))
        #expect(try check(["rules", "--output", "xml", "a.yml"], in: folder).error.contains("text, json, sarif or github"))
    }

    @Test func `a policy says which labels and annotations alerts have`() throws {
        let policy = """
            labels:
              required: [severity]
              allowed: [team]
              values: {severity: [page, ticket]}
            annotations:
              required: [summary]

            """
        let rules = """
            - alert: A
              expr: x > 5
              labels: {severity: pgae, taem: a}
            - alert: B
              expr: x > 6
              labels: {severity: page, team: a}
              annotations: {summary: a, description: b}

            """
        let folder = try folder(["policy.yml": policy, "rules.yml": rules, "bad.yml": "label: {}\n"])
        let lines = try check(["rules", "--policy", "policy.yml", "rules.yml"], in: folder).output.split(separator: "\n")
        #expect(
            lines == [
                "rules.yml:1:10: warning: A has no annotation summary, which the policy requires (alerts/annotation)",
                "rules.yml:3:12: warning: the policy does not allow label severity to be \"pgae\"; did you mean page? (rule/label)",
                "rules.yml:3:28: warning: the policy knows no label taem; did you mean team? (rule/label)",
            ])
        let bad = try check(["rules", "--policy", "bad.yml", "rules.yml"], in: folder)
        #expect(bad.status == 1 && bad.error.contains("bad.yml:1:1: error: field \"label\" is not known in a policy"))
    }

    @Test func `lines that a comment excludes do not keep a file from being looked at`() throws {
        let text = "{% if production %}  # pint ignore/line\n" + Self.gauge + "# pint ignore/next-line\n{% endif %}\n"
        let wrong = "# pint ignore/next-line\n- {record: a, expr: 'rate(x'}\n"
        let folder = try folder([
            "template.yml": text, "broken.yml": text.replacing("# pint ignore/next-line", with: ""), "wrong.yml": wrong,
        ])
        #expect(try check(["rules", "wrong.yml"], in: folder).status == 1)
        let outcome = try check(["rules", "template.yml"], in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("template.yml:1:2: warning: the file is YAML only without the lines that a comment excludes"))
        #expect(outcome.output.contains("template.yml:2:27: warning: rate() is for counters"))
        #expect(try check(["rules", "broken.yml"], in: folder).status == 1)
    }

    @Test func `a page is held to its format and to how metrics are named`() throws {
        let page = """
            # HELP http_requests Requests.
            # TYPE http_requests counter
            http_requests{code="200"} 5
            queueLength_ms 5

            """
        let folder = try folder(["page.txt": page, "broken.txt": "x 1\ny one\n", "open.txt": "# TYPE a counter\na 1\n# EOF\n"])
        let outcome = try check(["metrics", "page.txt"], in: folder)
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                page.txt:1:8: warning: http_requests counter metrics should have "_total" suffix (metrics/suffix)
                page.txt:4:1: warning: queueLength_ms metric names should be written in 'snake_case' not 'camelCase' (metrics/case)
                page.txt:4:1: warning: queueLength_ms no help text (metrics/help)
                page.txt:4:1: warning: queueLength_ms metric names should not contain abbreviated units (metrics/unit)

                """)
        #expect(try check(["metrics", "--lint-fatal", "page.txt"], in: folder).status == 3)
        #expect(try check(["metrics", "--lint", "none", "--lint-fatal", "page.txt"], in: folder).status == 0)
        let broken = try check(["metrics", "broken.txt"], in: folder)
        #expect(broken.status == 1 && broken.output.hasPrefix("broken.txt:2:3: error: "))
        #expect(try check(["metrics", "open.txt"], in: folder).status == 1)
    }

    @Test func `a configuration is checked with the files that it names`() throws {
        let configuration = """
            global: {scrape_interval: 1m}
            rule_files: [a.yml, missing.yml, none-*.yml]
            scrape_configs:
              - job_name: a
                file_sd_configs: [{files: [targets.json, later.json]}]
                authorization: {credentials_file: token}

            """
        let folder = try folder([
            "prometheus.yml": configuration, "a.yml": "- {record: a, expr: 'rate(x_total[1m])'}\n", "targets.json": "[{\"target\": []}]\n",
        ])
        let outcome = try check(["config", "prometheus.yml"], in: folder)
        #expect(outcome.status == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("prometheus.yml:2:21: error: ") && $0.contains("missing.yml\" does not point") })
        #expect(lines.contains { $0.contains("a range of 1m seldom holds two at a scrape interval of 1m") })
        #expect(lines.contains { $0.contains("token") && $0.contains("does not point to an existing file") })
        #expect(lines.contains { $0.contains("targets.json:1:3: error: field \"target\" is not known") })
        #expect(lines.contains { $0.contains("later.json") && $0.contains("warning") })
    }

    @Test func `rules are held against recorded data`() throws {
        var page = ""
        for minute in 0...60 {
            page += "requests_total{job=\"shop\",code=\"200\"} \(minute * 60) \(minute * 60_000)\nload 5 \(minute * 60_000)\n"
            if minute <= 30 { page += "old_metric 1 \(minute * 60_000)\n" }
        }
        let rules = """
            - alert: Misspelt
              expr: request_total > 5
            - alert: LabelValue
              expr: requests_total{job="shpo"} > 5
            - alert: NoLabel
              expr: requests_total{jbo="shop"} > 5
            - alert: Vanished
              expr: old_metric > 5
            - alert: Always
              expr: load > 1
            - alert: Sometimes
              expr: requests_total > 1800
            - alert: Never
              expr: load > 100
            - alert: MeantToBeAbsent
              expr: absent(heartbeat)
            - alert: OncePending
              expr: load > 1
              for: 2h

            """
        let folder = try folder(["page.txt": page, "rules.yml": rules])
        func lines(_ check: String) throws -> [String] {
            try self.check(["rules", "--data", "page.txt", "--lint", check, "rules.yml"], in: folder).output.split(separator: "\n").map(String.init)
        }
        #expect(
            try lines("promql/series") == [
                "rules.yml:2:9: warning: there is no series request_total in the data; did you mean requests_total? (promql/series)",
                "rules.yml:4:9: warning: no series of requests_total in the data satisfies job=\"shpo\"; did you mean shop? (promql/series)",
                "rules.yml:6:9: warning: no series of requests_total in the data has a label jbo; did you mean job? (promql/series)",
                "rules.yml:8:9: warning: old_metric has vanished: its last sample is of 1970-01-01T00:30:00Z (promql/series)",
            ])
        let counts = try lines("alerts/count")
        #expect(counts.contains("rules.yml:9:10: warning: the alert fires for 1h of the 1h of data (alerts/count)"))
        #expect(counts.contains("rules.yml:13:10: information: the alert never fires over the 1h of data (alerts/count)"))
        let pending = "the alert never fires over the 1h of data, though it was pending 1 time (alerts/count)"
        #expect(counts.contains("rules.yml:17:10: information: \(pending)"))
        #expect(!counts.contains { $0.hasPrefix("rules.yml:11:") })
        let costs = try lines("query/cost")
        #expect(costs.count == 9)
        #expect(costs[4].hasPrefix("rules.yml:9:10: information: one evaluation reads 1 series and 1 sample for 1 result, in "))
    }

    @Test func `rules are held against a server's last day`() async throws {
        let server = try RunningServer([])
        let now = Int(Date.now.timeIntervalSince1970)
        let page = (0..<40).reversed().map { minutes in
            "load{job=\"a\"} 5 \(now - 60 * minutes)000\n" + (minutes < 20 ? "" : "old 1 \(now - 60 * minutes)000\n")
        }.joined()
        #expect(try await server.send(.post, "/api/v1/import/prometheus", body: page).status.code == 204)
        let rules = "- {alert: A, expr: load > 1}\n- {alert: B, expr: laod > 1}\n- {alert: C, expr: old > 1}\n- {alert: D, expr: 'load{job=\"b\"} > 1'}\n"
        let folder = try folder(["rules.yml": rules])
        let found = try check(["rules", "--server", server.url, "--lint", "promql/series", "rules.yml"], in: folder)
        let lines = found.output.split(separator: "\n")
        #expect(lines.count == 3, "\(found.output)\(found.error)")
        #expect(lines.first == "rules.yml:2:20: warning: there is no series laod in the data; did you mean load? (promql/series)")
        #expect(lines.dropFirst().first?.contains("old has vanished: its last sample is of ") == true)
        #expect(lines.last == "rules.yml:4:21: warning: no series of load in the data satisfies job=\"b\"; did you mean a? (promql/series)")
        server.stop()
        let silent = try check(["rules", "--server", "http://127.0.0.1:9", "--lint", "promql/series", "rules.yml"], in: folder)
        #expect(silent.status == 1 && silent.error.hasPrefix("lapwing: "))
    }
}
