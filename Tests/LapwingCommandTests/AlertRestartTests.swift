import Foundation
import LapwingHTTP
import Synchronization
import Testing

/// A real server with pending, firing and resolving alerts that is killed and started again over one directory.
@Suite(.serialized) struct `A server that is killed while alerts live` {
    private static let rules = """
        groups:
          - name: g
            interval: 500ms
            rules:
              - {alert: Waits, expr: waits == 1, for: 6s}
              - {alert: Slow, expr: slow == 1, for: 1h}
              - {alert: Burns, expr: burns == 1, annotations: {summary: 'at {{ $value }}'}}
              - {alert: Ends, expr: ends == 1}
              - {alert: Lingers, expr: lingers == 1, keep_firing_for: 1h}
        """

    /// An alert as an Alertmanager was told of it: name, beginning, and end where it has ended.
    private func tellings(_ alertmanager: ScriptedService, ending: Bool) -> [(name: String, startsAt: String, endsAt: String)] {
        alertmanager.bodies.flatMap { body in (try? JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]]) ?? [] }
            .compactMap { alert in
                guard let name = (alert["labels"] as? [String: String])?["alertname"], let starts = alert["startsAt"] as? String,
                    let ends = alert["endsAt"] as? String, (ends < Self.now) == ending
                else { return nil }
                return (name, starts, ends)
            }
    }

    private static var now: String { Date.now.formatted(.iso8601) }

    /// State and beginning of each alert, by name.
    private func alerts(_ server: RunningServer) async throws -> [String: [String]] {
        let list = try await server.data("/api/v1/alerts")["alerts"] as? [[String: Any]] ?? []
        return Dictionary(
            list.map { alert in
                let name = (alert["labels"] as? [String: String])?["alertname"] ?? ""
                return (name, [alert["state"] as? String ?? "", alert["activeAt"] as? String ?? "", alert["keepFiringSince"] as? String ?? ""])
            }, uniquingKeysWith: { first, _ in first })
    }

    private func beginning(of alert: String, in alerts: [String: [String]]) throws -> Date {
        try Date(try #require(alerts[alert])[1], strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true))
    }

    private func changes(_ server: RunningServer) async throws -> [String] {
        let entries = try await server.data("/api/v1/alert_history?type=transition")["entries"] as? [[String: Any]] ?? []
        return entries.map { "\(($0["labels"] as? [String: String])?["alertname"] ?? "") \($0["change"] ?? "")" }.sorted()
    }

    @Test func `goes on where it was, tells what was not taken, and tells nothing twice`() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let rules = folder.appending(path: "rules.yml")
        try Data(Self.rules.utf8).write(to: rules)
        let (target, alertmanager, webhook) = (try ScriptedService(), try ScriptedService(), try ScriptedService())
        defer { for service in [target, alertmanager, webhook] { service.stop() } }
        func metrics(ends: Int, lingers: Int, waits: Int) {
            target.serve("slow 1\nburns 1\nends \(ends)\nlingers \(lingers)\nwaits \(waits)\n")
        }
        metrics(ends: 1, lingers: 1, waits: 0)
        let arguments = [
            "--data", folder.appending(path: "data").path, "--rules", rules.path, "--scrape", target.url + "/metrics", "--scrape-interval", "500ms",
            "--alertmanager", alertmanager.url, "--webhook", webhook.url,
        ]
        var server = try RunningServer(arguments)
        try await eventually("everything fires") { tellings(alertmanager, ending: false).count >= 3 }
        #expect(Set(tellings(alertmanager, ending: false).map(\.name)) == ["Burns", "Ends", "Lingers"])

        // From now on the Alertmanager takes nothing; alerts end and begin, and the server dies.
        alertmanager.answer { _ in .text("", status: .serviceUnavailable) }
        metrics(ends: 0, lingers: 0, waits: 1)
        try await eventually("one ends, one begins, one lingers") {
            let now = try await alerts(server)
            return now["Ends"] == nil && now["Waits"]?[0] == "pending" && now["Lingers"]?[2].isEmpty == false
        }
        let before = try await alerts(server)
        let killed = ContinuousClock.now
        server.kill()
        server = try RunningServer(arguments)
        let after = try await alerts(server)
        #expect(after["Burns"] == before["Burns"])
        #expect(after["Slow"]?.first == "pending")
        // On a slow machine evaluations are missed; waiting lasts longer by them.
        let shift = try beginning(of: "Slow", in: after).timeIntervalSince(beginning(of: "Slow", in: before))
        #expect(shift >= 0 && shift <= (ContinuousClock.now - killed) / .seconds(1) && (shift * 1000).rounded().remainder(dividingBy: 500) == 0)
        #expect(after["Lingers"]?.first == "firing" && after["Lingers"]?[1] == before["Lingers"]?[1])
        #expect(after["Waits"]?.first == "pending")

        // Again, with the Alertmanager back before the next start: it is told of the end and of what has begun meanwhile.
        try await eventually("the one that waited fires") { try await alerts(server)["Waits"]?.first == "firing" }
        server.kill()
        alertmanager.answer { _ in .text("") }
        let taken = alertmanager.requestCount
        server = try RunningServer(arguments)
        try await eventually("the end and the beginning are told") {
            let (ended, begun) = (tellings(alertmanager, ending: true), tellings(alertmanager, ending: false))
            return alertmanager.requestCount > taken && ended.contains { $0.name == "Ends" } && begun.contains { $0.name == "Waits" }
        }
        let ended = try #require(tellings(alertmanager, ending: true).first { $0.name == "Ends" })
        #expect(ended.startsAt == tellings(alertmanager, ending: false).first { $0.name == "Ends" }?.startsAt)
        #expect(
            try await changes(server) == [
                "Burns firing", "Burns pending", "Ends firing", "Ends pending", "Ends resolved", "Lingers firing", "Lingers pending",
                "Slow pending", "Waits firing", "Waits pending",
            ])
        // The webhook waits for five seconds from each beginning, over the deaths, and tells of each once.
        try await eventually("the webhook is told") { groups(webhook).count >= 3 }
        try await Task.sleep(for: .seconds(1))
        #expect(groups(webhook).filter { $0 == "Burns" }.count == 1 && groups(webhook).filter { $0 == "Lingers" }.count == 1)
        #expect(server.stop() == 0)
    }

    private func groups(_ webhook: ScriptedService) -> [String] {
        webhook.messages.compactMap { ($0["groupLabels"] as? [String: String])?["alertname"] }
    }

    @Test func `ends alerts whose rules are gone at the next start`() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let rules = folder.appending(path: "rules.yml")
        let other = folder.appending(path: "other.yml")
        try Data("groups: [{name: g, interval: 500ms, rules: [{alert: Stays, expr: vector(1)}, {alert: Goes, expr: vector(1)}]}]".utf8).write(to: rules)
        try Data("groups: [{name: o, interval: 500ms, rules: [{alert: Away, expr: vector(1)}]}]".utf8).write(to: other)
        let alertmanager = try ScriptedService()
        defer { alertmanager.stop() }
        let arguments = ["--data", folder.appending(path: "data").path, "--alertmanager", alertmanager.url, "--rules", rules.path]
        let first = try RunningServer(arguments + ["--rules", other.path])
        try await eventually("all fire") { Set(tellings(alertmanager, ending: false).map(\.name)) == ["Stays", "Goes", "Away"] }
        first.kill()
        try Data("groups: [{name: g, interval: 500ms, rules: [{alert: Stays, expr: vector(1)}]}]".utf8).write(to: rules)
        let second = try RunningServer(arguments)
        try await eventually("two have ended") { Set(tellings(alertmanager, ending: true).map(\.name)) == ["Goes", "Away"] }
        #expect(try await alerts(second).keys.sorted() == ["Stays"])
        // A reload ends what it removes in the same way.
        try Data("groups: []".utf8).write(to: rules)
        _ = try await second.send(.post, "/-/reload")
        try await eventually("the last has ended") { Set(tellings(alertmanager, ending: true).map(\.name)) == ["Goes", "Away", "Stays"] }
    }
}
