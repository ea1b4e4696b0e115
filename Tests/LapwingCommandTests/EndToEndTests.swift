import Foundation
import LapwingHTTP
import LapwingText
import Testing

/// The built program against a real target and a real receiver.
@Suite(.serialized) struct `The sidecar, end to end` {
    private static let rules = """
        groups:
          - name: shop
            interval: 200ms
            rules:
              - record: shop:errors:rate
                expr: sum(rate(http_requests_total{status=~"5.."}[5s]))
              - alert: HighErrorRate
                expr: rate(http_requests_total{status=~"5.."}[5s]) > 0.1
                for: 400ms
                labels: {severity: critical}
                annotations:
                  summary: "{{ $labels.instance }} fails"
        """

    private func rules(_ text: String = Self.rules) throws -> URL {
        let file = try temporaryFolder().appending(path: "rules.yml")
        try Data(text.utf8).write(to: file)
        return file
    }

    private func page(errors: Int) -> String {
        """
        # TYPE http_requests_total counter
        http_requests_total{status="200",path="/"} \(1000 + errors)
        http_requests_total{status="500",path="/"} \(errors)

        """
    }

    @Test func `a failing service becomes pending, then firing, and its webhook is told`() async throws {
        let (target, receiver) = (try ScriptedService(), try ScriptedService())
        defer { target.stop(); receiver.stop() }
        target.serve(page(errors: 0))
        let file = try rules()
        let server = try RunningServer([
            "--scrape", "shop=\(target.url)/metrics", "--scrape-interval", "200ms", "--rules", file.path, "--webhook", receiver.url,
            "--external-label", "region=north",
        ])
        try await eventually("the target is up") { try await server.value("up{job=\"shop\"}") == 1 }
        #expect(try await server.value("ALERTS") == nil)
        let start = ContinuousClock.now
        target.answer { _ in
            let errors = Int(start.duration(to: .now) / .milliseconds(100))
            return HTTPResponse(contentType: "text/plain; version=0.0.4", body: .bytes(Array(self.page(errors: errors).utf8)))
        }
        try await eventually("the alert fires") { try await server.value("ALERTS{alertstate=\"firing\"}") == 1 }
        // Pending came before: the store has it.
        #expect(try await server.value("count_over_time(ALERTS{alertstate=\"pending\"}[1m])") ?? 0 > 0)
        #expect(try await server.value("shop:errors:rate") ?? 0 > 0.1)
        try await eventually("the webhook is told") { !receiver.messages.isEmpty }

        let message = try #require(receiver.messages.first)
        #expect(message["version"] as? String == "4")
        #expect(message["status"] as? String == "firing")
        #expect(message["receiver"] as? String == "webhook")
        #expect(message["groupKey"] as? String == #"{}:{alertname="HighErrorRate"}"#)
        let alert = try #require((message["alerts"] as? [[String: Any]])?.first)
        let address = String(target.url.dropFirst("http://".count))
        #expect(
            alert["labels"] as? [String: String] == [
                "alertname": "HighErrorRate", "instance": address, "job": "shop", "path": "/", "region": "north", "severity": "critical",
                "status": "500",
            ])
        #expect(alert["annotations"] as? [String: String] == ["summary": "\(address) fails"])
        #expect(alert["endsAt"] as? String == "0001-01-01T00:00:00Z")
        #expect((alert["fingerprint"] as? String)?.count == 16)
        #expect((alert["generatorURL"] as? String)?.contains("/graph?g0.expr=rate%28http_requests_total") == true)
        #expect((alert["startsAt"] as? String).flatMap { TimeText.milliseconds(rfc3339: $0) } != nil)

        let alerts = try await server.data("/api/v1/alerts")["alerts"] as? [[String: Any]]
        #expect(alerts?.first?["state"] as? String == "firing")
        let groups = try await server.data("/api/v1/rules")["groups"] as? [[String: Any]]
        #expect((groups?.first?["rules"] as? [[String: Any]])?.map { $0["health"] as? String } == ["ok", "ok"])
        #expect(server.stop() == 0)
    }

    @Test func `targets that hang, answer garbage or die are down with the reason, and come back`() async throws {
        let target = try ScriptedService()
        defer { target.stop() }
        target.serve("a 1\n")
        let server = try RunningServer(["--scrape", "\(target.url)/metrics", "--scrape-interval", "300ms"])
        func lastError() async throws -> String {
            let targets = try await server.data("/api/v1/targets")["activeTargets"] as? [[String: Any]]
            return targets?.first?["lastError"] as? String ?? ""
        }
        try await eventually("the series is there") { try await server.value("a") == 1 }

        target.serve("a 1\nthis is no line\n")
        try await eventually("garbage brings it down") { try await server.value("up") == 0 }
        try await eventually("the reason names the line") { try await lastError().contains("line 2, column") }
        #expect(try await server.value("a") == nil, "what a broken page does not hold is stale")

        target.serve("a 2\n")
        try await eventually("it comes back") { try await server.value("a") == 2 }

        target.answer { _ in
            Thread.sleep(forTimeInterval: 0.8)
            return .text("a 3\n")
        }
        try await eventually("hanging brings it down") { try await server.value("up") == 0 }
        try await eventually("the reason is the time") { try await lastError().contains("context deadline exceeded") }
        #expect(server.stop() == 0)
    }

    @Test func `a receiver that fails is tried again, and one that is down delays no other`() async throws {
        let (target, failing, well) = (try ScriptedService(), try ScriptedService(), try ScriptedService())
        defer { target.stop(); failing.stop(); well.stop() }
        target.serve("broken 1\n")
        failing.answer { [failing] _ in failing.requestCount < 3 ? .text("", status: .internalServerError) : .text("") }
        let file = try rules("groups: [{name: g, interval: 200ms, rules: [{alert: Broken, expr: broken == 1}]}]")
        let server = try RunningServer([
            "--scrape", "\(target.url)/metrics", "--scrape-interval", "200ms", "--rules", file.path,
            "--webhook", "http://127.0.0.1:9/hidden?token=hidden", "--webhook", failing.url, "--webhook", well.url,
            "--heartbeat", "http://127.0.0.1:9/hidden",
        ])
        try await eventually("the well one is told") { !well.messages.isEmpty }
        try await eventually("the failing one is told at last") { failing.requestCount >= 3 }
        #expect(well.messages.count == 1)
        let pages = try await server.get("/metrics")
        #expect(pages.contains(#"lapwing_notifications_errors_total{receiver="webhook http://127.0.0.1:9/…"}"#))
        #expect(pages.contains(#"lapwing_notifications_errors_total{receiver="webhook-2 \#(failing.url)/"}"#))
        let flags = try await server.get("/api/v1/status/flags")
        #expect(flags.contains("http://127.0.0.1:9/…") && !flags.contains("hidden"))
        #expect(server.stop() == 0)
    }

    @Test func `a broken rule file is refused at reload and the running rules stay`() async throws {
        let file = try rules("groups: [{name: g, interval: 200ms, rules: [{record: one, expr: vector(1)}]}]")
        let server = try RunningServer(["--rules", file.path])
        try await eventually("the rule is evaluated") { try await server.value("one") == 1 }
        try Data("groups: [{name: g, rules: [{record: one, expr: 'vector('}]}]".utf8).write(to: file)
        let refused = try await server.send(.post, "/-/reload")
        #expect(refused.status.code == 500)
        #expect(String(decoding: refused.body, as: UTF8.self).contains("rules.yml:1:"))
        #expect(try await server.get("/api/v1/rules").contains("\"vector(1)\""))
        try Data("groups: [{name: g, interval: 200ms, rules: [{record: two, expr: vector(2)}]}]".utf8).write(to: file)
        #expect(try await server.send(.post, "/-/reload").status.code == 200)
        try await eventually("the new rule is evaluated") { try await server.value("two") == 2 }
        try await eventually("what the old one wrote has ended") { try await server.value("one") == nil }
        #expect(server.stop() == 0)
    }

    @Test func `the API answers as Prometheus does`() async throws {
        let target = try ScriptedService()
        defer { target.stop() }
        target.serve("# HELP a What a is.\n# TYPE a gauge\na{b=\"c\"} 1.5\n")
        let server = try RunningServer(["--scrape", "t=\(target.url)/metrics", "--scrape-interval", "200ms"])
        try await eventually("the series is there") { try await server.value("a") == 1.5 }
        for path in ["/-/healthy", "/-/ready", "/health", "/metrics", "/api/v1/status/buildinfo", "/api/v1/status/tsdb", "/api/v1/metadata"] {
            #expect(try await server.send(.get, path).status.code == 200, "\(path)")
        }
        let post = try await server.send(.post, "/api/v1/query", body: "query=a%20%2B%201&time=now")
        #expect(post.status.code == 400)
        let fault = #"invalid parameter \"time\": invalid time value for 'time': cannot parse \"now\" to a valid timestamp"#
        #expect(String(decoding: post.body, as: UTF8.self) == #"{"status":"error","errorType":"bad_data","error":"\#(fault)"}"#)
        let bad = try await server.send(.get, "/api/v1/query?query=foo%20bar")
        #expect(bad.status.code == 400)
        #expect(
            String(decoding: bad.body, as: UTF8.self)
                == #"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unexpected identifier \"bar\""}"#)
        #expect(try await server.send(.get, "/api/v1/query?query=a%2Bon(b)a%2Bon()up").status.code != 500)
        #expect(try await server.send(.get, "/api/v1/query_range?query=a&start=0&end=1e9&step=1").status.code == 400)
        #expect(try await server.send(.get, "/api/v1/series").status.code == 400)
        #expect(try await server.get("/api/v1/label/b/values") == #"{"status":"success","data":["c"]}"#)
        #expect(try await server.get("/api/v1/labels").contains("\"__name__\",\"b\",\"instance\",\"job\""))
        #expect(try await server.get("/api/v1/series?match[]=a").contains("\"__name__\":\"a\",\"b\":\"c\""))
        #expect(try await server.get("/api/v1/metadata?metric=a") == #"{"status":"success","data":{"a":[{"type":"gauge","help":"What a is.","unit":""}]}}"#)
        let now = Date().timeIntervalSince1970
        let range = try await server.get("/api/v1/query_range?query=a&start=\(now)&end=\(now + 2)&step=1")
        #expect(range.hasPrefix(#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"a","b":"c""#))
        #expect(try await server.send(.get, "/api/v1/nothing").status.code == 404)
        #expect(server.stop() == 0)
    }

    /// `Tests/Pages/node-exporter.txt` is a page of Debian's prometheus-node-exporter 1.5, the longest families left out.
    @Test func `a real exporter's page is stored line by line`() async throws {
        let text = try String(contentsOf: BuiltProgram.root.appending(path: "Tests/Pages/node-exporter.txt"), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let target = try ScriptedService()
        defer { target.stop() }
        target.serve(text)
        let server = try RunningServer(["--scrape", "node=\(target.url)/metrics", "--scrape-interval", "300ms"])
        try await eventually("it is scraped") { try await server.value("up") == 1 }
        #expect(try await server.value("scrape_samples_scraped") == Double(lines.count))
        #expect(try await server.value("count({job=\"node\"})") == Double(lines.count + 5))
        for (query, value) in [
            ("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"}", 5434.19), ("node_memory_MemTotal_bytes", 2.5274793984e10),
            ("count(go_gc_duration_seconds)", 5), ("node_uname_info{nodename=\"vm\",machine=~\"x86.*\"}", 1),
        ] {
            #expect(try await server.value(query) == value, "\(query)")
        }
        #expect(try await server.get("/api/v1/metadata?metric=node_cpu_seconds_total").contains(#""type":"counter""#))
        #expect(server.stop() == 0)
    }

    @Test func `the demo starts anywhere and leaves nothing behind`() async throws {
        let folder = try temporaryFolder()
        let server = try RunningServer(["--demo"], in: folder)
        try await eventually("the demo is scraped") { try await server.value("up{job=\"demo\"}") == 1 }
        try await eventually("the demo's rules are evaluated") {
            try await server.value("instance:http_requests:rate15s") != nil
        }
        #expect(server.stop() == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
