import Foundation
import LapwingHTTP
import Testing

/// Commands that ask a server for what others read from files.
@Suite struct `A server as a source of recorded data` {
    private static let rules = "- {record: load:twice, expr: load * 2}\n- {alert: High, expr: 'load:twice > 2', for: 1m}\n"

    /// Twenty minutes of a load that is high from 450 s to 690 s, in a server and as a page.
    private func recording() async throws -> (server: RunningServer, folder: URL, start: Int) {
        let folder = try temporaryFolder()
        try Data(Self.rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let start = (Int(Date.now.timeIntervalSince1970) - 3600) / 60 * 60
        let values = (0..<80).map { (time: start + $0 * 15, value: (30..<46).contains($0) ? 3 : 1) }
        let page = values.map { "load{job=\"a\"} \($0.value) \($0.time)\n" }.joined()
        try Data(("# TYPE load gauge\n" + page + "# EOF\n").utf8).write(to: folder.appending(path: "page.om"))
        let server = try RunningServer([])
        let samples = values.map { "load{job=\"a\"} \($0.value) \($0.time)000\n" }.joined()
        #expect(try await server.send(.post, "/api/v1/import/prometheus", body: samples).status.code == 204)
        return (server, folder, start)
    }

    @Test func `replays to what its page does`() async throws {
        let (server, folder, start) = try await recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let question = ["replay", "--rules", "rules.yml", "--start", "\(start + 300)", "--end", "\(start + 1185)"]
        let asked = try BuiltProgram.run(question + ["--server", server.url], in: folder)
        let read = try BuiltProgram.run(question + ["--data", "page.om"], in: folder)
        #expect(asked.status == 0 && asked.output == read.output && asked.output.contains("fired 1 time"))
    }

    @Test func `explains as its page does`() async throws {
        let (server, folder, start) = try await recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let question = ["explain", "High", "--rules", "rules.yml", "--time", "\(start + 400)", "--start", "\(start + 200)", "--end", "\(start + 1185)"]
        let asked = try BuiltProgram.run(question + ["--server", server.url], in: folder)
        let read = try BuiltProgram.run(question + ["--data", "page.om"], in: folder)
        #expect(asked.status == 0 && asked.output == read.output && asked.output.contains("the nearest firing is 2m later"))
    }

    @Test func `tells what each part of a query costs`() async throws {
        let (server, folder, start) = try await recording()
        defer { try? FileManager.default.removeItem(at: folder) }
        let answer = try BuiltProgram.run(["query", "--server", server.url, "--explain", "--time", "\(start + 600)", "sum(avg_over_time(load[1m]))"])
        let rows = answer.output.split(separator: "\n").suffix(4).map { $0.split(separator: " ").dropLast().joined(separator: " ") }
        #expect(rows == ["part results series samples", "sum(avg_over_time(load[1m])) 1 1 4", "avg_over_time(load[1m]) 1 1 4", "load[1m] 1 1 4"])
    }

    @Test func `that does not answer is told of at once`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let answer = try BuiltProgram.run(["replay", "--rules", "rules.yml", "--server", "http://127.0.0.1:1", "--start", "now-1h"], in: folder)
        #expect(answer.status == 1 && answer.output.isEmpty && answer.error.contains("connection refused"))
        #expect(try BuiltProgram.run(["replay", "--rules", "rules.yml", "--server", "http://127.0.0.1:1"], in: folder).status == 2)
        #expect(try BuiltProgram.run(["replay", "--rules", "rules.yml", "--server", "u", "--data", "d", "--start", "5"], in: folder).status == 2)
    }

    /// Only a password in the address let in, and who had none was told that the server is no Prometheus.
    @Test(arguments: [
        ["query", "load"], ["query", "--explain", "load"], ["replay", "--rules", "rules.yml", "--start", "now-5m"],
        ["explain", "High", "--rules", "rules.yml"], ["check", "rules", "rules.yml"],
    ])
    func `is asked as a file says`(_ command: [String]) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = [
            ("rules.yml", Self.rules), ("web.yml", "bearer_tokens: [secret]\n"), ("client.yml", "authorization: {credentials_file: token}\n"),
            ("wrong.yml", "authorisation: {}\n"), ("token", "secret\n"),
        ]
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let server = try RunningServer(["--web-config", "web.yml", "--in-memory"], in: folder)
        let question = command + ["--server", server.url]
        let refused = try BuiltProgram.run(question, in: folder)
        let reason = "the server lets in only whom it knows (401 Unauthorized); --http-config FILE"
        #expect(refused.status == 1 && refused.error.contains(reason), "\(refused.error)")
        let asked = try BuiltProgram.run(question + ["--http-config", "client.yml"], in: folder)
        #expect(asked.status == 0 && !asked.error.contains("401"), "\(asked.error)")
        let wrong = try BuiltProgram.run(question + ["--http-config", "wrong.yml"], in: folder)
        #expect(wrong.status == 1 && wrong.error.contains("wrong.yml:1:1: error: ") && wrong.error.contains("authorization"), "\(wrong.error)")
        #expect(server.stop() == 0)
    }
}
