import Foundation
import LapwingConfiguration
import LapwingHTTP
import LapwingNotify
import LapwingSeries
import LapwingText
import Synchronization
import Testing

@testable import LapwingServer

/// Debian's Alertmanager, which posts what it is told to a webhook.
private final class RunningAlertmanager {
    static let program = "/usr/bin/prometheus-alertmanager"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let process = Process()
    private(set) var url = ""

    init(in folder: URL, externalURL: String, webhook: String) throws {
        let configuration = folder.appending(path: "alertmanager.yml")
        try Data("""
            route: {receiver: web.hook, group_by: [alertname], group_wait: 300ms, group_interval: 1s, repeat_interval: 4h}
            receivers: [{name: web.hook, webhook_configs: [{url: "\(webhook)"}]}]
            """.utf8).write(to: configuration)
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            "--config.file=\(configuration.path)", "--storage.path=\(folder.path)/alertmanager", "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=", "--web.external-url=\(externalURL)", "--web.route-prefix=/",
        ]
        let error = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = error
        try process.run()
        var text = ""
        while url.isEmpty {
            let data = error.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /msg="Listening on" address=(127\.0\.0\.1:\d+)/) { url = "http://\(match.1)" }
        }
        try #require(!url.isEmpty, "it did not start: \(text)")
        error.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    deinit { stop() }

    func stop() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    /// What its API says of the alerts that it knows.
    func alerts() async throws -> [[String: Any]] {
        let response = try await SocketHTTPClient().send(HTTPClientRequest(url: url + "/api/v2/alerts", timeout: .seconds(5)))
        return try JSONSerialization.jsonObject(with: Data(response.body)) as? [[String: Any]] ?? []
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Debian's Alertmanager beside our own webhook` {
    /// What the two tell in the same words: all but what 0.25 does not have yet.
    private func comparable(_ messages: [[String: Any]]) throws -> [String] {
        try messages.map { message in
            let shared = message.filter { $0.key != "notification_reason" && $0.key != "routeLabels" }
            return String(decoding: try JSONSerialization.data(withJSONObject: shared, options: [.sortedKeys, .prettyPrinted]), as: UTF8.self)
        }
    }

    @Test(.enabled(if: RunningAlertmanager.isInstalled, "Debian's prometheus-alertmanager is not installed"))
    func `is told what we tell, and tells it on in the same words`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (ours, theirs) = (try Inbox(), try Inbox())
        let page = Mutex("d 1\nq{job=\"b\",instance=\"1\"} 7\nq{job=\"a\",instance=\"2\",extra=\"<&>\"} 8\n")
        let target = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text(page.withLock { $0 }) }
        let address = try target.start()
        let alertmanager = try RunningAlertmanager(in: folder, externalURL: "http://lapwing.example/x", webhook: theirs.url)
        defer {
            for inbox in [ours, theirs] { inbox.stop() }
            target.shutdown(grace: .milliseconds(100))
            alertmanager.stop()
        }
        let rules = folder.appending(path: "rules.yml")
        try Data("""
            groups: [{name: g, interval: 200ms, rules: [
              {alert: Queue, expr: q > 5, labels: {severity: page}, annotations: {summary: "{{ $labels.job }} \\"ü\\"", runbook: 'http://r'}},
              {alert: Down, expr: d == 1, annotations: {summary: down}}]}]
            """.utf8).write(to: rules)
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.rulePatterns = [rules.path]
        configuration.externalURL = "http://lapwing.example/x"
        configuration.externalLabels = Labels(metric: "", ["region": "north", "job": "not this"])
        var scrape = try ScrapeArgument("http://\(address)/metrics").configuration(interval: .milliseconds(200))
        scrape.honorsLabels = true
        configuration.scrapes = [scrape]
        var receiver = WebhookReceiver(name: "web.hook", url: ours.url)
        (receiver.groupWait, receiver.groupInterval, receiver.repeatInterval) = (.milliseconds(300), .seconds(1), .seconds(4 * 3600))
        configuration.webhooks = [receiver]
        configuration.alertmanagers = [AlertmanagerReceiver(url: alertmanager.url)]
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in })

        try await until("both alerts begin") { ours.messages.count == 2 && theirs.messages.count == 2 }
        let known = try await alertmanager.alerts()
        page.withLock { $0 = "d 0\nq{job=\"b\",instance=\"1\"} 7\nq{job=\"a\",instance=\"2\",extra=\"<&>\"} 1\n" }
        try await until("one ends, and half of the other") { ours.messages.count == 4 && theirs.messages.count == 4 }
        page.withLock { $0 = "d 0\nq{job=\"b\",instance=\"1\"} 1\n" }
        try await until("the rest ends") { ours.messages.count == 5 && theirs.messages.count == 5 }
        await sidecar.stop()

        let (mine, other) = (try comparable(ours.messages), try comparable(theirs.messages))
        #expect(Set(mine) == Set(other))
        #expect(mine.last == other.last)
        #expect(ours.messages.map { $0["notification_reason"] as? String }.suffix(1) == ["all alerts resolved"])
        try compare(known, to: ours.messages.flatMap { $0["alerts"] as? [[String: Any]] ?? [] })
    }

    /// The Alertmanager's own view of each alert against what our webhook said of it.
    private func compare(_ known: [[String: Any]], to told: [[String: Any]]) throws {
        #expect(known.count == 3)
        for alert in known {
            let ours = try #require(told.first { $0["fingerprint"] as? String == alert["fingerprint"] as? String && $0["status"] as? String == "firing" })
            for field in ["labels", "annotations"] { #expect(ours[field] as? [String: String] == alert[field] as? [String: String]) }
            #expect(ours["generatorURL"] as? String == alert["generatorURL"] as? String)
            let start = try #require((alert["startsAt"] as? String).flatMap { TimeText.milliseconds(secondsOrRFC3339: $0) })
            #expect((ours["startsAt"] as? String).flatMap { TimeText.milliseconds(secondsOrRFC3339: $0) } == start)
            // Four times the resend delay after it was last told.
            let end = try #require((alert["endsAt"] as? String).flatMap { TimeText.milliseconds(secondsOrRFC3339: $0) })
            #expect(end == start + 240_000)
        }
    }
}
