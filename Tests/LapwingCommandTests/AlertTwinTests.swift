import Foundation
import LapwingHTTP
import Testing

/// Two servers with the same rules, which depend on the time alone: one lives, the other is killed again and again.
@Suite(.serialized) struct `A server that is killed beside one that lives` {
    private static let rules = """
        groups:
          - name: g
            interval: 2s
            rules:
              - {alert: Instant, expr: 'vector(time() % 6) > 3', annotations: {summary: '{{ $value }}'}}
              - {alert: Waits, expr: 'vector(time() % 14) > 5', for: 3s}
              - {alert: Keeps, expr: 'vector(time() % 10) < 3', keep_firing_for: 3s}
              - {alert: Both, expr: 'vector(time() % 12) < 6', for: 1s, keep_firing_for: 3s, labels: {severity: page}}
        """

    private static var seconds: Double { ProcessInfo.processInfo.environment["LAPWING_LONG_TESTS"] == "1" ? 90 : 16 }

    private func changes(_ server: RunningServer, until end: Double) async throws -> Set<String> {
        let entries = try await server.data("/api/v1/alert_history?type=transition&limit=10000&end=\(end)")["entries"] as? [[String: Any]] ?? []
        return Set(entries.map { "\($0["time"] ?? "") \(($0["labels"] as? [String: String])?["alertname"] ?? "") \($0["change"] ?? "") \($0["value"] ?? "")" })
    }

    /// What an Alertmanager was told, each telling once.
    private func tellings(_ service: ScriptedService) -> Set<String> {
        Set(
            service.bodies.flatMap { body in (try? JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]]) ?? [] }.map { alert in
                let labels = (alert["labels"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
                return "\(labels) \(alert["startsAt"] ?? "") \(alert["endsAt"] ?? "") \(alert["annotations"] ?? "")"
            })
    }

    @Test func `has the same transitions, and tells the same`() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let rules = folder.appending(path: "rules.yml")
        try Data(Self.rules.utf8).write(to: rules)
        let services = [try ScriptedService(), try ScriptedService()]
        defer { for service in services { service.stop() } }
        let arguments = services.indices.map { index in
            [
                "--data", folder.appending(path: "\(index)").path, "--rules", rules.path, "--external-url", "http://x",
                "--alertmanager", services[index].url,
            ]
        }
        let living = try RunningServer(arguments[0])
        var killed = try RunningServer(arguments[1])
        let end = ContinuousClock.now + .seconds(Self.seconds)
        while ContinuousClock.now < end {
            // Long enough to evaluate at least once between two of its instants.
            try await Task.sleep(for: .milliseconds(Int.random(in: 700...1300)))
            killed.kill()
            killed = try RunningServer(arguments[1])
        }
        try await eventually("both have told the same") { tellings(services[0]) == tellings(services[1]) }
        // What is so young that one of them may not know of it yet is left out.
        let time = Date.now.timeIntervalSince1970 - 3
        let (one, other) = (try await changes(living, until: time), try await changes(killed, until: time))
        #expect(one.symmetricDifference(other).sorted() == [])
        #expect(one.count > 10)
    }
}
