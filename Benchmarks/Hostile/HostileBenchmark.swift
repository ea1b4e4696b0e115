import Foundation
import LapwingSeries
import LapwingText
import Synchronization

/// `Benchmarks hostile`: how long good requests wait and by how much rules are late while a server is attacked, and what it takes of
/// memory. 500 rules over 10,000 series are evaluated every second, and one every 100 ms, whose samples tell afterwards when
/// it was not.
struct HostileBenchmark {
    /// What one attack did.
    struct Figures {
        var queries = Waits()
        var writes = Waits()
        var health = Waits()
        /// The longest time between two instants at which the fast rule was evaluated.
        var longestGap = Duration.zero
        /// Evaluations of the other groups that did not take place.
        var missed = 0
        var peakMebibytes = 0.0
    }

    private let server: PeerProcess
    private let seconds: Double
    private static let probe = "groups: [{name: probe, interval: 100ms, rules: [{record: probe, expr: vector(1)}]}]\n"

    static func run() throws {
        let pattern = Flags.text("--only") ?? ""
        let attacks = Attack.allCases.filter { pattern.isEmpty || $0.rawValue.contains(pattern) }
        if attacks.isEmpty { throw UnknownWord(pattern, isNoneOf: Attack.allCases.map(\.rawValue), called: "part of an attack's name") }
        let seconds = try Flags.number("--seconds", from: 0.1) ?? 15
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-hostile-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try RuleWorkload.full.ruleFile(interval: "1s").write(to: folder.appending(path: "rules.yml"), atomically: true, encoding: .utf8)
        try probe.write(to: folder.appending(path: "probe.yml"), atomically: true, encoding: .utf8)
        let server = try PeerProcess(.lapwing, Peer.Setup(isDurable: true, rules: folder.appending(path: "*.yml")))
        defer { server.stop() }
        var sender = WorkloadSender(.full)
        let start = Date().timeIntervalSince1970
        for scrape in 0..<RuleWorkload.scrapes {
            try sender.send(to: server, at: start - Double(RuleWorkload.scrapes - scrape) * Double(RuleWorkload.interval) / 1000)
        }
        Thread.sleep(forTimeInterval: 5)
        let benchmark = HostileBenchmark(server: server, seconds: seconds)
        print("| what | a good query waits at most (median) | a write | `/-/healthy` | between evaluations | missed of 500 a second | memory |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for attack in attacks { try benchmark.show(benchmark.figures(of: attack), of: attack) }
    }

    private func show(_ figures: Figures, of attack: Attack) {
        let gap = Printing.text(figures.longestGap / .seconds(1), 1)
        print(
            "| \(attack.rawValue) | \(figures.queries) | \(figures.writes) | \(figures.health) | \(gap) s | \(figures.missed) "
                + "| \(Printing.text(figures.peakMebibytes, 0)) MiB |")
        fflush(nil)
    }

    private func figures(of attack: Attack) throws -> Figures {
        let isOver = Flag()
        let before = try missedEvaluations()
        let memory = server.anonymousMebibytes
        server.forgetPeak()
        let begin = Int(Date().timeIntervalSince1970) + 1
        let attackers = attack.begin(on: server.port) { isOver.isSet }
        var figures = Figures()
        let good = GoodClients(port: server.port)
        (figures.queries, figures.writes, figures.health) = good.waits(seconds: seconds)
        isOver.set()
        attackers.wait()
        let end = Int(Date().timeIntervalSince1970)
        // What came last may have been late.
        Thread.sleep(forTimeInterval: 3)
        figures.peakMebibytes = server.peakMebibytes - memory
        figures.longestGap = try longestGap(from: begin, through: end)
        figures.missed = try missedEvaluations() - before
        return figures
    }

    private func missedEvaluations() throws -> Int {
        let page = String(decoding: try server.get("/metrics").body, as: UTF8.self)
        return page.split(separator: "\n").reduce(0) { sum, line in
            guard line.hasPrefix("lapwing_rule_group_iterations_missed_total"), !line.contains("probe") else { return sum }
            return sum + RuleWorkload.rulesPerService * Int(line.split(separator: " ").last.flatMap { Double($0) } ?? 0)
        }
    }

    private func longestGap(from start: Int, through end: Int) throws -> Duration {
        let body = try server.get("/api/v1/query?query=probe%5B\(end - start)s%5D&time=\(end)").body
        guard let answer = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], let data = answer["data"] as? [String: Any],
            let series = (data["result"] as? [[String: Any]])?.first, let points = series["values"] as? [[Any]]
        else { throw PeerConnection.Failure(description: "the fast rule has left no samples") }
        let times = points.compactMap { $0.first as? Double }
        let gaps = zip(times + [Double(end)], [Double(start)] + times).map { $0 - $1 }
        return .milliseconds(Int((gaps.max() ?? 0) * 1000))
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }
}
