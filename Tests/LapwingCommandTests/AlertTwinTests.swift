import Foundation
import LapwingHTTP
import LapwingRules
import LapwingSeries
import Testing

/// Two servers with the same rules, which depend on the time alone: one lives, the other is killed again and again.
///
/// A machine that stands still for longer than an interval lets one of them miss an evaluation, which is another promise
/// (`RestartRule`). Such a run says nothing here; it is done again at twice the interval.
@Suite(.serialized) struct `A server that is killed beside one that lives` {
    /// Seconds between evaluations.
    private static let intervals = [2, 4, 8, 16]
    private static var evaluations: Int { ProcessInfo.processInfo.environment["LAPWING_LONG_TESTS"] == "1" ? 45 : 8 }

    /// Holds and thresholds go with the interval; `evaluated` tells which instants were evaluated.
    private static func rules(every interval: Int) -> String {
        let half = interval / 2
        return """
            groups:
              - name: g
                interval: \(interval)s
                rules:
                  - {alert: Instant, expr: 'vector(time() % \(6 * half)) > \(3 * half)', annotations: {summary: '{{ $value }}'}}
                  - {alert: Waits, expr: 'vector(time() % \(14 * half)) > \(5 * half)', for: \(3 * half)s}
                  - {alert: Keeps, expr: 'vector(time() % \(10 * half)) < \(3 * half)', keep_firing_for: \(3 * half)s}
                  - alert: Both
                    expr: vector(time() % \(12 * half)) < \(6 * half)
                    for: \(half)s
                    keep_firing_for: \(3 * half)s
                    labels: {severity: page}
                  - {record: evaluated, expr: vector(1)}
            """
    }

    /// What a run left: which instants each evaluated, which changes each remembers, what each Alertmanager was told.
    private struct Run {
        var evaluated: [Set<Int64>] = []
        var changes: [Set<String>] = []
        var tellings: [Set<String>] = []

        var agrees: Bool { changes[0] == changes[1] && tellings[0] == tellings[1] }

        /// Whether both evaluated the same instants, none left out, as far as both have come.
        func isWhole(_ schedule: GroupSchedule) -> Bool {
            let last = evaluated.compactMap { $0.max() }.min() ?? 0
            let (one, other) = (evaluated[0].filter { $0 <= last }.sorted(), evaluated[1].filter { $0 <= last }.sorted())
            return one == other && zip(one, one.dropFirst()).allSatisfy { $1 - $0 == schedule.interval }
        }
    }

    private func changes(_ server: RunningServer) async throws -> Set<String> {
        let entries = try await server.data("/api/v1/alert_history?type=transition&limit=10000")["entries"] as? [[String: Any]] ?? []
        return Set(entries.map { "\($0["time"] ?? "") \(($0["labels"] as? [String: String])?["alertname"] ?? "") \($0["change"] ?? "") \($0["value"] ?? "")" })
    }

    /// The instants that a server evaluated.
    private func evaluated(_ server: RunningServer) async throws -> Set<Int64> {
        let result = try await server.data("/api/v1/query?query=evaluated%5B1h%5D")["result"] as? [[String: Any]]
        let points = result?.first?["values"] as? [[Any]] ?? []
        return Set(points.compactMap { ($0.first as? NSNumber).map { Int64(($0.doubleValue * 1000).rounded()) } })
    }

    /// What an Alertmanager was told, each telling once.
    private func tellings(_ service: ScriptedService) -> Set<String> {
        Set(
            service.bodies.flatMap { body in (try? JSONSerialization.jsonObject(with: Data(body)) as? [[String: Any]]) ?? [] }.map { alert in
                let labels = (alert["labels"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
                return "\(labels) \(alert["startsAt"] ?? "") \(alert["endsAt"] ?? "") \(alert["annotations"] ?? "")"
            })
    }

    /// Waits until a server has evaluated the newest instant.
    private func catchUp(_ server: RunningServer, _ schedule: GroupSchedule) async throws {
        try await eventually("it evaluates") {
            try await evaluated(server).contains(schedule.slot(atOrBefore: .now).milliseconds)
        }
    }

    private func run(_ schedule: GroupSchedule, _ rules: URL) async throws -> Run {
        let services = [try ScriptedService(), try ScriptedService()]
        defer { for service in services { service.stop() } }
        let arguments = services.indices.map { index in
            [
                "--data", rules.deletingLastPathComponent().appending(path: "\(index)").path, "--rules", rules.path,
                "--external-url", "http://x", "--alertmanager", services[index].url,
            ]
        }
        // Just after an instant, so that both begin before the same one.
        let begin = schedule.slot(atOrBefore: .now).advanced(byMilliseconds: schedule.interval)
        try await Task.sleep(for: begin.duration(since: .now))
        let living = try RunningServer(arguments[0])
        var killed = try RunningServer(arguments[1])
        while try await evaluated(living).count < Self.evaluations {
            try await Task.sleep(for: .milliseconds(Double(schedule.interval) * Double.random(in: 0...0.6)))
            killed.kill()
            killed = try RunningServer(arguments[1])
            // Each evaluates what the one before it did not; so nothing is missed, whenever it dies.
            try await catchUp(killed, schedule)
        }
        // What one has told already the other may be about to tell.
        var run = Run()
        let deadline = ContinuousClock.now + .seconds(20)
        repeat {
            run = Run()
            for (server, service) in zip([living, killed], services) {
                run.evaluated.append(try await evaluated(server))
                run.changes.append(try await changes(server))
                run.tellings.append(tellings(service))
            }
            try await Task.sleep(for: .milliseconds(50))
        } while !run.agrees && run.isWhole(schedule) && ContinuousClock.now < deadline
        return run
    }

    @Test func `has the same transitions, and tells the same`() async throws {
        for interval in Self.intervals {
            let folder = try temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let rules = folder.appending(path: "rules.yml")
            try Data(Self.rules(every: interval).utf8).write(to: rules)
            let schedule = GroupSchedule(key: GroupKey(file: rules.path, name: "g"), interval: .seconds(interval))
            let run = try await run(schedule, rules)
            guard run.isWhole(schedule) else { continue }
            #expect(run.changes[0].symmetricDifference(run.changes[1]).sorted() == [])
            #expect(run.tellings[0].symmetricDifference(run.tellings[1]).sorted() == [])
            #expect(run.changes[0].count > 10)
            return
        }
        Issue.record("the machine stood still for longer than \(Self.intervals.last ?? 0) s again and again")
    }
}
