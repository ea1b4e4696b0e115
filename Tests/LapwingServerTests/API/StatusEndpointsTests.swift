import Foundation
import Lapwing
import LapwingDisk
import LapwingHTTP
import LapwingPromQL
import LapwingRules
import LapwingSeries
import LapwingStorage
import Testing

@testable import LapwingServer

@Suite struct `What the API says of the server` {
    @Test func `has Prometheus' names, its limits and its words for what is wrong`() async throws {
        let sidecar = try await RunningSidecar {
            $0.shownFlags = ["listen": "127.0.0.1:0", "data": ""]
            $0.retentionSize = 1024
        }
        #expect(try await sidecar.get("/api/v1/status/flags").text == #"{"status":"success","data":{"data":"","listen":"127.0.0.1:0"}}"#)
        #expect(try await sidecar.get("/api/v1/status/walreplay").text == #"{"status":"success","data":{"min":0,"max":0,"current":0}}"#)
        #expect(try await sidecar.get("/api/v1/scrape_pools").text == #"{"status":"success","data":{"scrapePools":[]}}"#)
        let runtime = try await sidecar.data("/api/v1/status/runtimeinfo")
        #expect(
            Set(runtime.keys) == [
                "startTime", "CWD", "hostname", "serverTime", "reloadConfigSuccess", "lastConfigTime", "corruptionCount", "goroutineCount", "GOMAXPROCS",
                "GOMEMLIMIT", "GOGC", "GODEBUG", "storageRetention",
            ])
        #expect(runtime["storageRetention"] as? String == "15d or 1024B")
        #expect(try await sidecar.data("/api/v1/status/buildinfo")["version"] as? String == "3.14.0")
        #expect(try await sidecar.get("/api/v1/status/tsdb?limit=1").text.contains(#""numLabelPairs":0,"chunkCount":0,"minTime":9223372036854775807"#))
        #expect(try await sidecar.fault("/api/v1/status/tsdb?limit=0") == "limit must be a positive number")
        #expect(try await sidecar.fault("/api/v1/status/tsdb?limit=10001") == "limit must not exceed 10000")
        #expect(try await sidecar.fault("/api/v1/metadata?limit_per_metric=x") == "limit_per_metric must be a number")
        // Found out only when the query is planned, and no less a fault of the query.
        #expect(
            try await sidecar.fault("/api/v1/query?query=x%5Bstep()%5D") == #"invalid parameter "query": 2:8: duration must be greater than 0"#)
        #expect(
            try await sidecar.fault("/api/v1/query_range?query=x%5B1m%5D&start=0&end=1&step=1")
                == #"invalid parameter "query": invalid expression type "range vector" for range query, must be Scalar or instant Vector"#)
        #expect(try await sidecar.fault("/api/v1/labels?limit=x") == #"invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax"#)
        #expect(
            try await sidecar.fault("/api/v1/labels?limit=99999999999999999999")
                == #"invalid parameter "limit": strconv.Atoi: parsing "99999999999999999999": value out of range"#)
        #expect(try await sidecar.fault("/api/v1/labels?limit=-1") == #"invalid parameter "limit": limit must be non-negative"#)
        await sidecar.stop()
    }

    @Test func `says of a full disk that the storage is in error, until there is room`() async throws {
        let disk = SimulatedDisk()
        let (store, _) = try Store.open("d", on: disk)
        let environment = RuleEnvironment(querier: SourceQuerier(engine: QueryEngine(), source: store), sink: store)
        let scheduler = RuleScheduler(environment: environment) { _, _ in }
        let scrapes = ScrapeManager(client: SocketHTTPClient(), sink: store, version: "test")
        let endpoints = StatusEndpoints(store: store, scheduler: scheduler, scrapes: scrapes, start: .now)
        func words() throws -> (status: String?, storage: String?) {
            guard case .bytes(let bytes) = endpoints.health(now: Timestamp.now).body else { return (nil, nil) }
            let health = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            let storage = (health?["components"] as? [String: Any])?["storage"] as? [String: Any]
            return (health?["status"] as? String, storage?["status"] as? String)
        }
        var batch = SampleBatch()
        batch.append(try store.references(for: [Labels(metric: "x")])[0], time: 1_700_000_000_000, value: 1)
        #expect(try words() == ("ok", "ok"))
        disk.setCapacity(disk.usedBytes)
        #expect(throws: AppendError.self) { try store.append(batch) }
        #expect(try words() == ("degraded", "error"))
        disk.setCapacity(.max)
        try store.append(batch)
        #expect(try words() == ("ok", "ok"))
    }

    @Test func `turns a range round whose end lies before its start, where series and their labels are asked for`() async throws {
        let sidecar = try await RunningSidecar { $0.retention = .seconds(100 * 365 * 86_400) }
        let written = try await sidecar.send(.post, "/api/v1/import/prometheus", body: Array("x{job=\"a\"} 1 1700000000000\n".utf8))
        #expect(written.status.code == 204)
        for range in ["start=1699999900&end=1700000100", "start=1700000100&end=1699999900"] {
            let series = #"{"status":"success","data":[{"__name__":"x","job":"a"}]}"#
            #expect(try await sidecar.get("/api/v1/series?match[]=x&" + range).text == series, "\(range)")
            #expect(try await sidecar.get("/api/v1/label/job/values?" + range).text == #"{"status":"success","data":["a"]}"#, "\(range)")
        }
        await sidecar.stop()
    }

    @Test func `is there for pages of other hosts, and the ways in are not`() async throws {
        let sidecar = try await RunningSidecar()
        let preflight = try await sidecar.send(.options, "/api/v1/query", headers: ["Origin": "http://x.example"])
        #expect(preflight.status.code == 204 && preflight.headers["Access-Control-Allow-Origin"] == "*")
        #expect(preflight.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS")
        #expect(try await sidecar.send(.get, "/api/v1/labels", headers: ["Origin": "x"]).headers["Access-Control-Allow-Origin"] == "*")
        #expect(try await sidecar.send(.get, "/api/v1/labels").headers["Access-Control-Allow-Origin"] == nil)
        #expect(try await sidecar.send(.post, "/api/v1/write", headers: ["Origin": "x"]).headers["Access-Control-Allow-Origin"] == nil)
        #expect(try await sidecar.send(.options, "/-/reload", headers: ["Origin": "x"]).status.code == 200)
        await sidecar.stop()
    }

    @Test func `are targets by state, and what each says of its metrics`() async throws {
        let target = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text("# HELP a A <b>.\n# TYPE a counter\na 1\n# TYPE c gauge\nc 2\n") }
        let address = try target.start()
        let sidecar = try await RunningSidecar {
            $0.scrapes = [try ScrapeArgument("j=http://\(address)/metrics").configuration(interval: .milliseconds(50))]
        }
        let metadata = "/api/v1/targets/metadata?match_target=%7Bjob=%22j%22%7D"
        try await until { try await sidecar.get(metadata).text.contains("counter") }
        let labels = #"{"instance":"\#(address)","job":"j"}"#
        #expect(
            try await sidecar.get(metadata + "&metric=a").text
                == #"{"status":"success","data":[{"target":\#(labels),"type":"counter","help":"A \u003cb\u003e.","unit":""}]}"#)
        #expect(try await sidecar.get(metadata + "&limit=1").text.contains(#""metric":"c""#))
        #expect(try await sidecar.get(metadata + "&limit=0").text == #"{"status":"success","data":[]}"#)
        #expect(try await sidecar.get("/api/v1/targets/metadata?match_target=%7Bjob=%22k%22%7D").text == #"{"status":"success","data":[]}"#)
        #expect(try await sidecar.fault("/api/v1/targets/metadata?match_target=%7B").hasPrefix(#"invalid parameter "match_target": 1:2: parse error"#))
        #expect(try await sidecar.get("/api/v1/metadata?limit=1").text.hasPrefix(#"{"status":"success","data":{"a":[{"type":"counter""#))
        #expect(try await sidecar.get("/api/v1/metadata?limit=0").text == #"{"status":"success","data":{}}"#)
        let active = try await sidecar.data("/api/v1/targets?state=Active")
        #expect((active["activeTargets"] as? [Any])?.count == 1 && active["droppedTargetCounts"] is NSNull)
        let dropped = try await sidecar.data("/api/v1/targets?state=dropped")
        #expect((dropped["activeTargets"] as? [Any])?.count == 0 && (dropped["droppedTargetCounts"] as? [String: Int]) == ["j": 0])
        #expect((try await sidecar.data("/api/v1/targets?scrapePool=k")["activeTargets"] as? [Any])?.isEmpty == true)
        await sidecar.stop()
        await target.shutdown(grace: .zero)
    }

    /// A time of 0 made everything too old to be kept, though it is said to be no limit.
    @Test func `keeps samples whatever their age where retention has no time`() async throws {
        let sidecar = try await RunningSidecar { ($0.retention, $0.retentionSize) = (.zero, 1 << 20) }
        #expect(try await sidecar.data("/api/v1/status/runtimeinfo")["storageRetention"] as? String == "1048576B")
        #expect(try await sidecar.send(.post, "/api/v1/import/prometheus", body: Array("x 1 1000\n".utf8)).status.code == 204)
        #expect(try await sidecar.get("/metrics").text.contains("lapwing_tsdb_retention_limit_seconds 0\n"))
        await sidecar.stop()
    }

    /// The API was not found any more, and `/metrics` was the page.
    @Test(arguments: ["api", "metrics"])
    func `is found where it is though the external URL's path is one of its own`(_ path: String) async throws {
        let sidecar = try await RunningSidecar { $0.externalURL = "http://metrics.example/\(path)" }
        for prefix in ["", "/\(path)"] {
            #expect(try await sidecar.get("\(prefix)/api/v1/query?query=1").status == 200, "\(prefix)")
            #expect(try await sidecar.get("\(prefix)/metrics").text.contains("lapwing_build_info"), "\(prefix)")
        }
        #expect(try await sidecar.get("/\(path)/").text.contains("<html"))
        await sidecar.stop()
    }

    /// Links in notifications lead below the external URL's path; nothing was found there.
    @Test func `is there below the external URL's path too`() async throws {
        let sidecar = try await RunningSidecar { $0.externalURL = "http://metrics.example/lap//" }
        #expect(try await sidecar.send(.post, "/lap/api/v1/import/prometheus", body: Array("x 1\n".utf8)).status.code == 204)
        for path in ["/api/v1/label/__name__/values?match[]=x", "/lap/api/v1/label/__name__/values?match[]=x"] {
            #expect(try await sidecar.get(path).text == #"{"status":"success","data":["x"]}"#, "\(path)")
        }
        for path in ["/", "/lap/", "/lap/graph", "/lap/-/healthy", "/-/healthy"] { #expect(try await sidecar.get(path).status == 200, "\(path)") }
        for path in ["/lapw/-/healthy", "/lap/lap/-/healthy"] { #expect(try await sidecar.get(path).status == 404, "\(path)") }
        let root = try await sidecar.send(.get, "/lap", followsRedirects: false)
        #expect(root.status.code == 302 && root.headers["Location"] == "/lap/")
        await sidecar.stop()
    }
}
