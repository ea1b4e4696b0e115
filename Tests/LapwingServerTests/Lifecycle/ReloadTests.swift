import Foundation
import LapwingAlerting
import LapwingHTTP
import LapwingNotify
import LapwingSeries
import Synchronization
import Testing

@testable import LapwingServer

/// A server whose files change while it runs.
@Suite(.serialized) struct `Reloading` {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")

        init() throws { try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(at: path) }

        func write(_ name: String, _ text: String) throws {
            try FileManager.default.createDirectory(at: file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file(name))
        }

        func link(_ name: String, to destination: String) throws {
            try FileManager.default.createSymbolicLink(atPath: file(name).path, withDestinationPath: destination)
        }

        func file(_ name: String) -> URL { path.appending(path: name) }
    }

    private func jobs(_ names: [String], label: String) -> String {
        """
        global: {scrape_interval: 50ms, evaluation_interval: 50ms, external_labels: {where: \(label)}}
        rule_files: [rules.yml]
        scrape_configs: [\(names.map { "{job_name: \($0), file_sd_configs: [{files: [\($0)-*.json], refresh_interval: 50ms}]}" }.joined(separator: ", "))]
        """
    }

    private func pools(_ sidecar: Sidecar) async throws -> String {
        let response = try await SocketHTTPClient().send(HTTPClientRequest(url: "http://\(sidecar.address)/api/v1/targets?state=active"))
        return String(decoding: response.body, as: UTF8.self)
    }

    @Test func `is all or nothing, keeps firing alerts, and follows files of targets`() async throws {
        let folder = try Folder()
        try folder.write("rules.yml", "groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]")
        try folder.write("a-1.json", #"[{"targets": ["127.0.0.1:1"], "labels": {"place": "one"}}]"#)
        try folder.write("c.yml", jobs(["a"], label: "east"))
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.file = folder.path.appending(path: "c.yml").path
        let changes = Mutex<[String]>([])
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in }) { event in
            changes.withLock { $0.append(event.change.rawValue) }
        }
        try await until { changes.withLock { $0.contains("firing") } }

        try folder.write("c.yml", jobs(["a", "a"], label: "west"))
        let fault = await #expect(throws: RuleLoadingError.self) { try await sidecar.reload() }
        #expect(fault?.description.contains("c.yml:3:") == true)
        #expect(try await pools(sidecar).contains("\"place\":\"one\""))

        try folder.write("c.yml", jobs(["a", "b"], label: "west"))
        try folder.write("b-1.json", #"[{"targets": ["127.0.0.1:2"], "labels": {"place": "two"}}]"#)
        try await sidecar.reload()
        #expect(try await pools(sidecar).contains("\"place\":\"two\""))
        try folder.write("a-2.json", #"[{"targets": ["127.0.0.1:3"], "labels": {"place": "three"}}]"#)
        try await until { try await pools(sidecar).contains("\"place\":\"three\"") }
        try folder.write("a-1.json", "[{")
        try folder.write("a-3.json", #"[{"targets": ["127.0.0.1:4"], "labels": {"place": "four"}}]"#)
        try await until { try await pools(sidecar).contains("\"place\":\"four\"") }
        #expect(try await pools(sidecar).contains("\"place\":\"one\""), "a file that cannot be read has the targets of before")
        await sidecar.stop()

        #expect(changes.withLock { $0.filter { $0 == "resolved" } }.isEmpty, "the reload ended an alert that still holds")
    }

    /// One that came while the service ended began to scrape and evaluate again, over a store that was closed.
    @Test func `is refused once the service ends`() async throws {
        var configuration = SidecarConfiguration()
        configuration.port = 0
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in }) { _ in }
        await sidecar.stop()
        let fault = await #expect(throws: RuleLoadingError.self) { try await sidecar.reload() }
        #expect(fault?.description == "the service is ending")
    }

    /// One that could be read again was not, since its time stays. Each reading of one that is wrong is in the log.
    @Test func `a file of targets whose permissions change is read again`() async throws {
        let folder = try Folder()
        try folder.write("rules.yml", "groups: []")
        try folder.write("c.yml", jobs(["a"], label: "east"))
        try folder.write("a-1.json", "no list")
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.file = folder.path.appending(path: "c.yml").path
        let readings = Mutex(0)
        let log = LogWriter { line in if "\(line)".contains("targets cannot be read") { readings.withLock { $0 += 1 } } }
        let sidecar = try await Sidecar.start(configuration, log: log) { _ in }
        try await until { readings.withLock { $0 } == 1 }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.path.appending(path: "a-1.json").path)
        try await until { readings.withLock { $0 } == 2 }
        await sidecar.stop()
    }

    private func targets(_ place: String) -> String { #"[{"targets": ["127.0.0.1:1"], "labels": {"place": "\#(place)"}}]"# }

    /// Kubernetes shows a ConfigMap's files through two links and exchanges the second; the first stays as it is. And a reload read
    /// nothing of a job that stayed.
    @Test func `files of targets are followed through links, and read anew at a reload`() async throws {
        let folder = try Folder()
        try folder.write("rules.yml", "groups: []")
        try folder.write("c.yml", jobs(["a"], label: "east"))
        try folder.write("..v1/a.json", targets("one"))
        try folder.link("..data", to: "..v1")
        try folder.link("a-1.json", to: "..data/a.json")
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.file = folder.file("c.yml").path
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in }) { _ in }
        #expect(try await pools(sidecar).contains("\"place\":\"one\""))

        try folder.write("..v2/a.json", targets("two"))
        try folder.link("..next", to: "..v2")
        #expect(rename(folder.file("..next").path, folder.file("..data").path) == 0)
        try await until { try await pools(sidecar).contains("\"place\":\"two\"") }

        let file = folder.file("..v2/a.json")
        let date = try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date)
        let handle = try FileHandle(forWritingTo: file)
        try handle.write(contentsOf: Data(targets("six").utf8))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file.path)
        try await sidecar.reload()
        #expect(try await pools(sidecar).contains("\"place\":\"six\""))
        // One that cannot be read then has the targets of before.
        try folder.write("..v2/a.json", "")
        try await sidecar.reload()
        #expect(try await pools(sidecar).contains("\"place\":\"six\""))
        await sidecar.stop()
    }

    /// A server of targets that answered nothing, as one behind a proxy that starts, took all of them away.
    @Test func `an empty answer for targets leaves those of before`() async throws {
        let answer = Mutex(targets("one"))
        let asked = Mutex(0)
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in
            asked.withLock { $0 += 1 }
            return HTTPResponse(contentType: "application/json", body: .bytes(Array(answer.withLock { $0 }.utf8)))
        }
        let address = try server.start()
        let folder = try Folder()
        try folder.write("c.yml", "scrape_configs: [{job_name: a, http_sd_configs: [{url: 'http://\(address)/', refresh_interval: 50ms}]}]")
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.file = folder.file("c.yml").path
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in }) { _ in }
        try await until { try await pools(sidecar).contains("\"place\":\"one\"") }
        answer.withLock { $0 = "" }
        let before = asked.withLock { $0 }
        try await until { asked.withLock { $0 } > before + 2 }
        #expect(try await pools(sidecar).contains("\"place\":\"one\""))
        await sidecar.stop()
        await server.shutdown(grace: .zero)
    }

    @Test func `passwords in addresses, and tokens in those of webhooks, are neither in answers nor in the log`() async throws {
        let folder = try Folder()
        let address = "http://user:hidden@127.0.0.1:1"
        try folder.write("rules.yml", "groups: [{name: g, rules: [{alert: Always, expr: vector(1)}]}]")
        try folder.write(
            "c.yml",
            """
            global: {evaluation_interval: 50ms}
            rule_files: [rules.yml]
            scrape_configs: [{job_name: a, http_sd_configs: [{url: "\(address)/targets"}]}]
            webhooks: [{name: oncall, url: "\(address)/hidden?token=hidden", group_wait: 0s}]
            heartbeat: {url: "\(address)/hidden"}
            """)
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.file = folder.path.appending(path: "c.yml").path
        configuration.alertmanagers = [AlertmanagerReceiver(url: address)]
        let lines = Mutex<[String]>([])
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { line in lines.withLock { $0.append("\(line)") } }) { _ in }
        for words in ["targets cannot be had", "heartbeat failed", "oncall", "api/v2/alerts"] {
            try await until { lines.withLock { $0.contains { line in line.contains(words) } } }
        }
        var shown = lines.withLock { $0 }
        for path in ["api/v1/alertmanagers", "api/v1/alert_history", "api/v1/status/config", "api/v1/targets", "metrics"] {
            let response = try await SocketHTTPClient().send(HTTPClientRequest(url: "http://\(sidecar.address)/\(path)"))
            shown.append(String(decoding: response.body, as: UTF8.self))
        }
        await sidecar.stop()
        #expect(shown.contains { $0.contains("http://127.0.0.1:1/api/v2/alerts") })
        for receiver in ["oncall http://127.0.0.1:1/…", "http://127.0.0.1:1/"] {
            let counted = "lapwing_notifications_dropped_total{receiver=\"\(receiver)\"} 0"
            #expect(shown.contains { $0.contains(counted) }, "what may be dropped is counted from 0 on")
        }
        #expect(!shown.contains { $0.contains("hidden") }, "\(shown.filter { $0.contains("hidden") })")
    }
}
