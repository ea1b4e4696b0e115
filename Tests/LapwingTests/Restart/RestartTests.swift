import Foundation
import LapwingAlerting
import LapwingDisk
import LapwingNotify
import LapwingRules
import LapwingSeries
import Testing

@Suite struct `A service that dies at any moment` {
    private static var isLong: Bool { ProcessInfo.processInfo.environment["LAPWING_LONG_TESTS"] == "1" }

    /// What a run told, made comparable.
    private struct Telling: Equatable {
        var changes: [AlertHistory.Entry]
        /// Bodies in their order, by webhook and group.
        var webhooks: [String: [String]]
        /// Every telling of every alert in its order, by the alert's labels.
        var steadyAlertmanager: [String: [String]]
        /// Beginnings and ends; how often they were told depends on when it was up.
        var flakyAlertmanager: Set<String>
    }

    private func telling(of world: SimulatedWorld) throws -> Telling {
        var telling = Telling(changes: world.changes, webhooks: [:], steadyAlertmanager: [:], flakyAlertmanager: [])
        for (key, messages) in world.inbox {
            var bodies: [String] = []
            var unsure: SimulatedWorld.Message?
            for message in messages {
                // What came just before a death may come once more, at once, and nothing else may.
                if message.body != unsure?.body || message.tick != unsure?.tick { bodies.append(message.body) }
                unsure = message.isUnsure ? message : nil
            }
            if key.contains("{}:") { telling.webhooks[key] = bodies } else { try addAlerts(bodies, steady: key.contains("steady"), to: &telling) }
        }
        return telling
    }

    private func addAlerts(_ bodies: [String], steady: Bool, to telling: inout Telling) throws {
        for body in bodies {
            let alerts = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [[String: Any]])
            for alert in alerts {
                let labels = "\((alert["labels"] as? [String: String] ?? [:]).sorted { $0.key < $1.key })"
                let text = "\(alert["startsAt"] ?? "") \(alert["endsAt"] ?? "") \(alert["annotations"] ?? "")"
                if steady, telling.steadyAlertmanager[labels]?.last != text { telling.steadyAlertmanager[labels, default: []].append(text) }
                if !steady { telling.flakyAlertmanager.insert(labels + "\(alert["startsAt"] ?? "")") }
            }
        }
    }

    private func run(_ scenario: Scenario, _ crashes: SimulatedWorld.Crashes, _ crash: SimulatedDisk.Crash = .process) throws -> SimulatedWorld {
        var world = SimulatedWorld(scenario, crashes, crash)
        try world.run()
        #expect(world.undelivered == 0)
        return world
    }

    private func compare(
        _ seed: UInt64, _ crashes: SimulatedWorld.Crashes, _ crash: SimulatedDisk.Crash, to expected: Telling
    ) throws -> (deaths: Int, inStarts: Int) {
        let world = try run(Scenario(seed: seed), crashes, crash)
        let what: Comment = "scenario \(seed), \(crashes), \(crash)"
        let found = try telling(of: world)
        #expect(found.changes == expected.changes, what)
        expectSame(found.webhooks, expected.webhooks, what)
        expectSame(found.steadyAlertmanager, expected.steadyAlertmanager, what)
        #expect(found.flakyAlertmanager == expected.flakyAlertmanager, what)
        return (world.deaths, world.deathsInStarts)
    }

    /// Tells the first difference alone: whole tellings are long.
    private func expectSame(_ found: [String: [String]], _ expected: [String: [String]], _ what: Comment) {
        for key in Set(found.keys).union(expected.keys).sorted() {
            let (one, other) = (found[key] ?? [], expected[key] ?? [])
            guard let index = (0..<max(one.count, other.count)).first(where: { one.dropFirst($0).first != other.dropFirst($0).first }) else { continue }
            let (text, wanted) = (one.dropFirst(index).first ?? "nothing", other.dropFirst(index).first ?? "nothing")
            Issue.record("\(what): \(key) was told as number \(index)\n\(text)\nand not\n\(wanted)")
            return
        }
    }

    @Test(arguments: [SimulatedDisk.Crash.process, .machine])
    func `has the transitions and notifications of one that lives, whenever it dies`(crash: SimulatedDisk.Crash) throws {
        for seed in 1...UInt64(Self.isLong ? 10 : 2) {
            let whole = try run(Scenario(seed: seed), .none, crash)
            let expected = try telling(of: whole)
            #expect(expected.changes.count > 30 && expected.webhooks.count > 5 && whole.deaths == 0)
            let step = max(1, whole.disk.steps / (Self.isLong ? 200 : 18))
            var deaths = 0
            for point in stride(from: 1 + Int(seed) % step, to: whole.disk.steps, by: step) {
                deaths += try compare(seed, .once(at: point), crash, to: expected).deaths
            }
            #expect(deaths >= 15)
            for often in 0..<UInt64(Self.isLong ? 40 : 2) {
                #expect(try compare(seed, .often(seed: often), crash, to: expected).deaths > 5)
            }
            var inStarts = 0
            for often in 0..<UInt64(Self.isLong ? 40 : 2) { inStarts += try compare(seed, .atReloads(seed: often), crash, to: expected).inStarts }
            #expect(inStarts > 0)
        }
    }

    @Test func `and is away for a while forgets no alert that receivers know of`() throws {
        for seed in 1...UInt64(Self.isLong ? 10 : 2) {
            for point in stride(from: 20, to: 1200, by: Self.isLong ? 7 : 190) {
                let crashes = SimulatedWorld.Crashes.away(at: point, seconds: 1 + point % 80)
                let world = try run(Scenario(seed: seed), crashes)
                // A receiver that a reload removes is told no more.
                for (key, messages) in world.inbox where key.contains("steady/{}:") || key.contains("flaky/{}:") {
                    #expect(try unended(messages.map(\.body)) == [], "scenario \(seed), \(crashes), \(key)")
                }
                let beginnings = world.changes.count { if case .change(let change) = $0 { change.change == .firing } else { false } }
                let ends = world.changes.count { if case .change(let change) = $0 { change.change == .resolved } else { false } }
                #expect(beginnings == ends && beginnings > 5, "scenario \(seed), \(crashes)")
            }
        }
    }

    /// Alerts that were told as firing and not as resolved after it.
    private func unended(_ bodies: [String]) throws -> Set<String> {
        var firing: Set<String> = []
        for body in bodies {
            let message = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
            for alert in message["alerts"] as? [[String: Any]] ?? [] {
                let name = "\(alert["fingerprint"] ?? "")"
                if alert["status"] as? String == "firing" { firing.insert(name) } else { firing.remove(name) }
            }
        }
        return firing
    }
}
