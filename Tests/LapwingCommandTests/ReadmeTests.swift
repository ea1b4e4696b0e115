import Foundation
import LapwingHTTP
import Testing

/// What the README tells a newcomer to do, done: its commands run, its files taken, its example compiled.
@Suite(.serialized) struct `The README` {
    /// A fenced block: what it is written in, and its text.
    private struct Block {
        var language: Substring
        var text: String

        /// The commands of a block that has some; a line that ends in a backslash goes on.
        var commands: [String] {
            guard language.isEmpty else { return [] }
            let lines = text.replacing("\\\n", with: " ").split(separator: "\n").map { String($0) }
            return ["lapwing ", "swift ", "curl "].contains { text.hasPrefix($0) } ? lines : []
        }
    }

    private static let blocks: [Block] = {
        let text = (try? String(contentsOf: BuiltProgram.root.appending(path: "README.md"), encoding: .utf8)) ?? ""
        let parts = text.split(separator: "```", omittingEmptySubsequences: false)
        return stride(from: 1, to: parts.count, by: 2).map { index in
            let end = parts[index].firstIndex(of: "\n") ?? parts[index].endIndex
            return Block(language: parts[index][..<end], text: String(parts[index][end...].drop { $0 == "\n" }))
        }
    }()

    static let commands: [String] = blocks.flatMap(\.commands).filter { !$0.hasPrefix("swift test") && !$0.hasPrefix("swift build") }
        .map { $0.replacing("swift run -c release lapwing", with: "lapwing") }

    static let serving = commands.filter { $0.hasPrefix("lapwing serve") }
    /// In their order, since some read what others wrote.
    static let others = commands.filter { !$0.hasPrefix("lapwing serve") }

    private static func block(_ language: String, having text: String) throws -> String {
        try #require(blocks.first { $0.language == language && $0.text.contains(text) }).text
    }

    /// A service, a receiver, a server that has scraped the service for ten minutes, and a folder with what the commands name.
    private final class World {
        let folder: URL
        let service: ScriptedService
        let server: RunningServer

        init() throws {
            folder = try temporaryFolder()
            service = try ScriptedService()
            service.serve(Self.page())
            try FileManager.default.copyItem(at: BuiltProgram.root.appending(path: "rules"), to: folder.appending(path: "rules"))
            try Data(Self.page().utf8).write(to: folder.appending(path: "page.txt"))
            server = try RunningServer(["--data", "data", "--scrape", "service=\(service.url)/metrics"], in: folder)
        }

        deinit {
            server.stop()
            service.stop()
            try? FileManager.default.removeItem(at: folder)
        }

        private static func page(_ time: Int? = nil, growth: Int = 0) -> String {
            let (stamp, open) = (time.map { " \($0)000" } ?? "", time == nil)
            return (open ? "# HELP http_requests_total Requests answered.\n# TYPE http_requests_total counter\n" : "up{instance=\"a:1\"} 1\(stamp)\n")
                + "http_requests_total{instance=\"a:1\",path=\"/\",status=\"200\"} \(1000 + 9 * growth)\(stamp)\n"
                + "http_requests_total{instance=\"a:1\",path=\"/\",status=\"500\"} \(growth)\(stamp)\n"
        }

        /// What came in the last ten minutes.
        func remember() async throws {
            let now = Int(Date.now.timeIntervalSince1970)
            let page = (0..<40).map { Self.page(now - 600 + 15 * $0, growth: 15 * $0) }.joined()
            #expect(try await server.send(.post, "/api/v1/import/prometheus", body: page).status.code == 204)
        }

        /// The addresses and paths of the README's machine are ours.
        func adapted(_ command: String) -> String {
            let places = [
                ("http://localhost:3001", service.url), ("http://localhost:3002", service.url), ("localhost:3001", service.url),
                ("http://localhost:5000", service.url), ("http://alerts.example.org", service.url), ("http://alertmanager:9093", service.url),
                ("http://mimir:8080/prometheus", server.url), ("http://mimir:8080", server.url), ("http://prometheus:9090", server.url),
                ("http://127.0.0.1:9090", server.url), ("/var/lib/prometheus/metrics2", "data"), ("/etc/lapwing", "."),
                ("/var/lib/lapwing", "kept"), ("/data", "kept"), ("$MAINPID", "0"),
            ]
            let text = places.reduce(command) { $0.replacing($1.0, with: $1.1) }
            let needsServer = text.hasPrefix("lapwing query") && !text.contains("--data")
            return needsServer ? text.replacing("lapwing query", with: "lapwing query --server \(server.url)") : text
        }
    }

    @Test func `its commands come to what they are for`() async throws {
        let world = try World()
        try await world.remember()
        #expect(Self.others.count > 12)
        for command in Self.others {
            let outcome = try BuiltProgram.shell(world.adapted(command), in: world.folder)
            #expect(outcome.status == 0, "\(command): \(outcome.output) \(outcome.error)")
        }
        #expect(try Data(contentsOf: world.folder.appending(path: "day.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(try String(contentsOf: world.folder.appending(path: "up.om"), encoding: .utf8).contains("up{instance=\"a:1\"} 1"))
    }

    @Test(arguments: serving) func `what it tells to serve starts and stops`(_ command: String) throws {
        let world = try World()
        let words = world.adapted(command).split(separator: " ").dropFirst(2).map { $0.trimmingCharacters(in: ["'"]) }
        #expect(try RunningServer(words, in: world.folder).stop() == 0)
    }

    @Test func `its configuration is taken`() throws {
        let world = try World()
        try Data(try Self.block("yaml", having: "webhooks:").utf8).write(to: world.folder.appending(path: "lapwing.yml"))
        let outcome = try BuiltProgram.run(["check", "config", "lapwing.yml"], in: world.folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        // The unit of systemd starts what that file says.
        let unit = try Self.block("ini", having: "ExecStart=")
        let start = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
        let words = world.adapted(String(start)).split(separator: " ").dropFirst(2).map { String($0) }
        #expect(try RunningServer(words, in: world.folder).stop() == 0)
    }

    @Test func `its unit test passes, and would not if anything else were so`() throws {
        let world = try World()
        let text = try Self.block("yaml", having: "alert_rule_test:")
        func result(_ old: String = "", _ new: String = "") throws -> BuiltProgram.Outcome {
            try Data((old.isEmpty ? text : text.replacing(old, with: new)).utf8).write(to: world.folder.appending(path: "said_test.yml"))
            return try BuiltProgram.run(["test", "said_test.yml"], in: world.folder)
        }
        #expect(try result().output == "1 passed, 0 failed\n")
        for (old, new) in [
            ("[0m, 15m]", "[0m, 30m]"), ("12m, state: pending", "9m, state: pending"), ("[22m, 30m]", "[10m, 30m]"), ("'500'}}]", "'501'}}]"),
            ("45m, state", "25m, state"), ("alerts: 1", "alerts: 2"), ("{status: resolved}", ""), ("gaps: [[15m, 16m]]", "gaps: [[10m, 49m]]"),
        ] {
            #expect(text.contains(old))
            #expect(try result(old, new).status == 1, "\(old) as \(new)")
        }
    }

    @Test func `its pod starts`() throws {
        let world = try World()
        for (name, text) in [("web.yml", "bearer_tokens: [secret]\n"), ("rules.yml", "groups: []\n")] {
            try Data(text.utf8).write(to: world.folder.appending(path: name))
        }
        let pod = try Self.block("yaml", having: "kind: Pod")
        let flags = pod.split(separator: "\n").compactMap { line in
            line.contains("- --") ? world.adapted(String(line.trimmingPrefix { $0 == " " || $0 == "-" })) : nil
        }
        #expect(flags.count > 5)
        let words = flags.filter { !$0.hasPrefix("listen") }.flatMap { flag in
            ("--" + flag).split(separator: "=", maxSplits: 1).map { String($0) }
        }
        #expect(try RunningServer(words, in: world.folder).stop() == 0)
    }

    /// The modules that the example's program consists of.
    private static let modules = [
        "Lapwing", "System", "Text", "Regex", "YAML", "Template", "HTTP", "Disk", "Series", "Storage", "PromQL", "Exposition", "Alerting", "Rules", "Notify",
    ].map { $0 == "Lapwing" ? $0 : "Lapwing\($0)" } + ["COpenSSL"]

    /// Compiles a program as a package that depends on this one is; it is called `example` in its folder.
    private static func compile(_ text: String, in folder: URL) throws {
        try Data(text.utf8).write(to: folder.appending(path: "main.swift"))
        let (build, sources) = (BuiltProgram.url.deletingLastPathComponent().path, BuiltProgram.root.path + "/Sources")
        // Its own header has a module map that the build has written.
        let headers = ["CZlib", "CEpoll"].map { "-I '\(sources)/\($0)'" }.joined(separator: " ")
            + " -Xcc '-fmodule-map-file=\(build)/COpenSSL.build/module.modulemap'"
        // By their sources: a build that goes on from an earlier one keeps objects of files that have another name now.
        let objects = Self.modules.flatMap { module in
            (FileManager.default.enumerator(atPath: "\(sources)/\(module)")?.compactMap { $0 as? String } ?? [])
                .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".c") }
                .map { "'\(build)/\(module).build/\($0.split(separator: "/").last ?? "").o'" }
        }.joined(separator: " ")
        let compiled = try BuiltProgram.shell(
            "swiftc \(sanitizer) -I '\(build)/Modules' \(headers) main.swift \(objects) -lz -o example", in: folder)
        #expect(compiled.status == 0, "\(compiled.error)")
    }

    // What a sanitizer instruments needs its library; that for threads needs to be told more than this can.
    private static let sanitizer = ProcessInfo.processInfo.environment["ASAN_OPTIONS"] == nil ? "" : "-sanitize=address"
    private static let canCompile = ProcessInfo.processInfo.environment["TSAN_OPTIONS"] == nil

    @Test(.enabled(if: canCompile)) func `its example of the library compiles and runs`() throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.compile(try Self.block("swift", having: "QueryEngine()"), in: folder)
        let outcome = try BuiltProgram.shell("./example", in: folder)
        #expect(outcome.status == 0 && outcome.output.contains("value: 1.0"), "\(outcome.output) \(outcome.error)")
    }

    /// There was none, and modules that it needs could not be had.
    @Test(.enabled(if: canCompile)) func `its example of alerts in a program compiles, and tells the webhook`() throws {
        let world = try World()
        let rules = "groups: [{name: g, interval: 1s, rules: [{alert: Jobs, expr: jobs_failed_total > 0}]}]\n"
        try Data(rules.utf8).write(to: world.folder.appending(path: "rules/service.yml"))
        try Self.compile(world.adapted(try Self.block("swift", having: "Alerting(")), in: world.folder)
        // It runs until it is ended; a webhook is told after five seconds.
        _ = try BuiltProgram.shell("timeout 12 ./example", in: world.folder)
        let labels = world.service.messages.compactMap { ($0["commonLabels"] as? [String: String])?["alertname"] }
        #expect(labels == ["Jobs"])
    }
}
