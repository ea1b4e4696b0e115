import Foundation
import Testing

@testable import LapwingCommand

@Suite struct `What serve tells of itself` {
    /// Help texts stood there: "info; with --demo, warn", "everybody", "from --listen".
    @Test func `is the values that hold, of every flag`() async throws {
        let server = try RunningServer(["--rules", "nofile*.yml"])
        defer { server.stop() }
        let flags = try await server.data("/api/v1/status/flags").compactMapValues { $0 as? String }
        let expected = [
            "log-level": "info", "data": "", "in-memory": "true", "demo": "false", "web-config": "", "datasource": "", "config": "", "retention": "15d",
            "retention-size": "", "scrape-interval": "15s", "evaluation-interval": "15s", "external-url": server.url, "out-of-order-window": "0s",
            "listen": "127.0.0.1:0", "shard": "1/1", "query-timeout": "2m", "rules": "nofile*.yml",
        ]
        for (name, value) in expected { #expect(flags[name] == value, "\(name)") }
        #expect(Set(flags.keys) == Set(CommandTable.serve.flags.map { String($0.name.dropFirst(2)) }))
    }

    @Test func `is what the configuration file says, where no flag says more`() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = "global: {evaluation_interval: 7s}\nstorage: {tsdb: {retention: {time: 3d}}}\n"
        try Data(text.utf8).write(to: folder.appending(path: "a.yml"))
        let server = try RunningServer(["--config", "a.yml", "--data", "kept"], in: folder)
        defer { server.stop() }
        let flags = try await server.data("/api/v1/status/flags").compactMapValues { $0 as? String }
        #expect(flags["evaluation-interval"] == "7s" && flags["retention"] == "3d" && flags["data"] == "kept" && flags["in-memory"] == "false")
    }

    /// The page was mentioned nowhere.
    @Test func `begins for a demo with where its page is`() {
        #expect(DemoLine.introduction(address: "127.0.0.1:9090").contains("page at http://127.0.0.1:9090 in a browser"))
    }
}
