import Foundation
import LapwingAlerting
import LapwingHTTP
import LapwingNotify
import LapwingSeries
import LapwingText
import Synchronization
import Testing

@testable import LapwingServer

@Suite struct `The demo` {
    @Test func `has the rules of rules/demo.yml inside the program`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        #expect(DemoRules.text == (try String(contentsOf: root.appending(path: "rules/demo.yml"), encoding: .utf8)))
    }

    @Test func `has an incident every two minutes`() {
        #expect(!DemoService.isIncident(at: 0))
        #expect(DemoService.isIncident(at: 20) && DemoService.isIncident(at: 54.9))
        #expect(!DemoService.isIncident(at: 55) && !DemoService.isIncident(at: 139))
        #expect(DemoService.isIncident(at: 140))
    }
}

@Suite(.serialized) struct `The sidecar in process` {
    /// It said nothing, and no rule was evaluated.
    @Test func `a pattern of rules that matches nothing is told of`() throws {
        var configuration = SidecarConfiguration()
        configuration.rulePatterns = ["/nonexistent/*.yml"]
        let lines = Mutex<[String]>([])
        try SidecarSettings.load(configuration).tell(LogWriter { line in lines.withLock { $0.append(line) } })
        #expect(lines.withLock { $0.count } == 1)
        #expect(lines.withLock { $0[0] }.contains(#"no rule file matches \"/nonexistent/*.yml\""#))
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        configuration.rulePatterns = [root.appending(path: "rules/*.yml").path]
        try SidecarSettings.load(configuration).tell(LogWriter { line in lines.withLock { $0.append(line) } })
        #expect(lines.withLock { $0[1] }.contains("level=info") && lines.withLock { $0[1] }.contains("demo.test.yml is a file of tests"))
    }

    @Test func `a webhook is told of the beginning and of the end, once each`() async throws {
        let inbox = try Inbox()
        defer { inbox.stop() }
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("groups: [{name: g, interval: 100ms, rules: [{alert: Rings, expr: bell == 1, annotations: {summary: 'since {{ $value }}'}}]}]".utf8)
            .write(to: file)
        let bell = Mutex("bell 1\n")
        let target = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text(bell.withLock { $0 }) }
        let address = try target.start()
        defer { target.shutdown(grace: .milliseconds(100)) }

        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.rulePatterns = [file.path]
        configuration.scrapes = [try ScrapeArgument("http://\(address)/metrics").configuration(interval: .milliseconds(100))]
        var receiver = WebhookReceiver(url: inbox.url)
        receiver.groupWait = .milliseconds(100)
        receiver.groupInterval = .milliseconds(200)
        configuration.webhooks = [receiver]
        let changes = Mutex<[String]>([])
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in }) { event in
            changes.withLock { $0.append(event.change.rawValue) }
        }

        try await until { inbox.messages.count == 1 }
        bell.withLock { $0 = "bell 0\n" }
        try await until { inbox.messages.count == 2 }
        // Nothing more comes though the alert stays known as resolved.
        try await Task.sleep(for: .milliseconds(600))
        await sidecar.stop()

        #expect(inbox.messages.map { $0["status"] as? String } == ["firing", "resolved"])
        #expect(Set(inbox.messages.map { $0["groupKey"] as? String }) == [#"{}:{alertname="Rings"}"#])
        let alerts = inbox.messages.compactMap { ($0["alerts"] as? [[String: Any]])?.first }
        #expect(alerts.map { $0["startsAt"] as? String }.first == alerts.map { $0["startsAt"] as? String }.last)
        #expect(alerts.last?["endsAt"] as? String != "0001-01-01T00:00:00Z")
        #expect(alerts.first?["annotations"] as? [String: String] == ["summary": "since 1"])
        #expect(alerts.first?["generatorURL"] as? String == "http://\(sidecar.address)/graph?g0.expr=bell+%3D%3D+1&g0.tab=1")
        #expect(Set(alerts.map { $0["fingerprint"] as? String }).count == 1)
        #expect(changes.withLock { $0 } == ["pending", "firing", "resolved"])
    }
}

@Suite struct `The log` {
    @Test func `writes logfmt and JSON, and only what is asked for`() {
        let lines = Mutex<[String]>([])
        let log = LogWriter(level: .info) { line in lines.withLock { $0.append(line) } }
        log.log(.debug, "not this")
        log.log(.warn, "two words", ["key": "a=b", "plain": "x"])
        let json = LogWriter(format: .json) { line in lines.withLock { $0.append(line) } }
        json.log(.error, "quoted \"so\"", ["a": "b"])
        let all = lines.withLock { $0 }
        #expect(all.count == 2)
        #expect(all[0].hasSuffix(" level=warn msg=\"two words\" key=\"a=b\" plain=x\n"))
        #expect(all[1].hasSuffix(#","level":"error","msg":"quoted \"so\"","a":"b"}"# + "\n"))
    }
}
