import Foundation

/// `Benchmarks compare --only rules`: what evaluating rules every five seconds costs each server, while a scrape of all series
/// comes by remote write every fifteen. Each has the machine to itself in turn; vmalert's cost is VictoriaMetrics'.
enum RuleComparison {
    private static let vmalert = "/usr/bin/vmalert"
    /// Seconds between evaluations, as the rule file says.
    private static let interval = 5.0

    static func run(_ workload: RuleWorkload, seconds: Double) throws {
        let rules = workload.services * RuleWorkload.rulesPerService
        let (series, samples) = RuleWorkload.average
        print("\n\(rules) rules over \(workload.labels.count) series; an evaluation selects \(series) series and \(samples) samples on average.\n")
        var lines = [["figure"] + Peer.allCases.map(\.title), ["CPU per rule evaluation, ms (0.15)"], ["peak memory, MiB"]]
        for peer in Peer.allCases {
            guard peer.isInstalled, peer != .victoriaMetrics || FileManager.default.isExecutableFile(atPath: vmalert) else {
                lines[1].append("-")
                lines[2].append("-")
                continue
            }
            let (spent, peak) = try measured(peer, workload, seconds: seconds)
            lines[1].append(Printing.digits(spent / (Double(rules) * seconds / interval)))
            lines[2].append(Printing.digits(peak))
        }
        Printing.show(lines)
    }

    /// - Returns: milliseconds of CPU in as many seconds, and the server's peak memory in MiB.
    private static func measured(_ peer: Peer, _ workload: RuleWorkload, seconds: Double) throws -> (spent: Double, peak: Double) {
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-rules-\(ProcessInfo.processInfo.processIdentifier).yml")
        try workload.ruleFile().write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let server = try PeerProcess(peer, Peer.Setup(isDurable: true, rules: file))
        defer { server.stop() }
        var sender = WorkloadSender(workload)
        let start = Date().timeIntervalSince1970
        for scrape in 0..<RuleWorkload.scrapes {
            try sender.send(to: server, at: start - Double(RuleWorkload.scrapes - scrape) * Double(RuleWorkload.interval) / 1000)
        }
        let alert = try peer == .victoriaMetrics ? startVmalert(file, server) : nil
        defer { alert?.terminate() }
        func spent() -> Double {
            server.processorMilliseconds + (alert.map { PeerProcess.processorMilliseconds(of: $0.processIdentifier) } ?? 0)
        }
        // What a server makes of the history, and its first rounds.
        Thread.sleep(forTimeInterval: 10)
        let before = spent()
        for _ in 0..<Int(seconds) / 15 {
            try sender.send(to: server, at: Date().timeIntervalSince1970)
            Thread.sleep(forTimeInterval: 15)
        }
        return (spent() - before, server.peakMebibytes)
    }

    private static func startVmalert(_ rules: URL, _ server: PeerProcess) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: vmalert)
        process.arguments = [
            "-rule=\(rules.path)", "-datasource.url=http://127.0.0.1:\(server.port)", "-remoteWrite.url=http://127.0.0.1:\(server.port)",
            "-notifier.url=http://127.0.0.1:9", "-httpListenAddr=127.0.0.1:\(PeerConnection.freePort())", "-loggerLevel=ERROR",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
