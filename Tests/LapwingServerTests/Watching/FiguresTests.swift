import Foundation
import LapwingServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The service's page of metrics` {
    @Test func `names only what was asked for of requests, and answers that nobody reads`() async throws {
        let sidecar = try await RunningSidecar()
        func handlers() async throws -> Set<String> {
            let page = try await sidecar.get("/metrics").text.split(separator: "\n")
            let lines = page.filter { $0.hasPrefix("lapwing_http_requests_total{") }
            return Set(lines.map { line in String(line.drop { $0 != "{" }) })
        }
        #expect(try await handlers() == [])
        _ = try await sidecar.get("/api/v1/labels")
        _ = try await sidecar.get("/api/v1/query?query=%29")
        #expect(try await handlers() == ["{code=\"200\",handler=\"/api/v1/labels\"} 1", "{code=\"400\",handler=\"/api/v1/query\"} 1"])
        let page = try await sidecar.get("/metrics").text
        #expect(page.contains("\nlapwing_http_unread_answers 0\n") && page.contains("\nlapwing_http_unread_answer_bytes 0\n"))
        #expect(page.contains("\nlapwing_http_unread_answers_given_up_total 0\n"))
        await sidecar.stop()
    }

    @Test func `summarizes evaluations and checkpoints as Prometheus does`() async throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: data) }
        let sidecar = try await RunningSidecar(
            files: ["rules.yml": "groups: [{name: g, interval: 50ms, rules: [{record: r, expr: vector(1)}, {alert: a, expr: r > 2}]}]"]
        ) { $0.data = data.path }
        var lines: [Substring] = []
        func value(_ name: String) -> Double? {
            lines.first { $0.hasPrefix(name) && ($0.dropFirst(name.count).first == " ") }?.split(separator: " ").last.flatMap { Double($0) }
        }
        let deadline = ContinuousClock.now + .seconds(20)
        let group = "{rule_group=\"\(sidecar.folder.path)/rules.yml;g\"}"
        while (value("lapwing_rule_group_iterations_total\(group)") ?? 0) < 3 {
            try #require(ContinuousClock.now < deadline)
            lines = try await sidecar.get("/metrics").text.split(separator: "\n")
        }
        #expect(value("lapwing_rule_evaluation_duration_seconds_count") ?? 0 >= 4)
        #expect(value("lapwing_rule_evaluation_duration_seconds{quantile=\"0.99\"}") ?? 0 > 0)
        #expect(value("lapwing_rule_group_duration_seconds{quantile=\"0.05\"}") ?? 0 > 0)
        let (iterations, missed) = (value("lapwing_rule_group_iterations_total\(group)"), value("lapwing_rule_group_iterations_missed_total\(group)"))
        #expect(try #require(iterations) > #require(missed))
        #expect(value("lapwing_notifications_queue_capacity") == 10_000)
        #expect(value("lapwing_tsdb_checkpoint_creations_total") == 0 && value("lapwing_tsdb_checkpoint_creations_failed_total") == 0)
        await sidecar.stop()
    }
}
