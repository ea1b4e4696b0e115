import Foundation
import LapwingText

/// `Benchmarks endure [--minutes 120] [--lapwing PROGRAM]`: the built program under the load of a busy service for hours.
///
/// 40,000 series of a page and 10,000 by remote write every fifteen seconds, some of which go and others come; 500 rules every five; ten clients that
/// ask; a reload every two minutes, each fifth of a broken file; a receiver that fails and comes back. What was kept is forgotten after
/// twenty minutes, so that memory has to be flat from then on. Prints a line every five minutes, and at the end what fell short.
enum Endurance {
    static let pageSeries = 40_000
    static let clients = 10
    /// Minutes until which memory may grow: the retention, and a sweep.
    static let warmUp = 25

    /// - Returns: whether all promises were kept.
    static func run() throws -> Bool {
        let minutes = try Flags.number("--minutes", from: 1) ?? 120
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "lapwing").path
        let program = Flags.text("--lapwing") ?? beside
        let (target, receiver) = (try EnduranceTarget(series: pageSeries), try FailingReceiver())
        defer { target.stop(); receiver.stop() }
        let rules = EnduranceRules()
        defer { rules.remove() }
        try rules.write(.plain)
        let server = try PeerProcess(
            .lapwing,
            Peer.Setup(
                isDurable: true, scrapes: target.address, interval: 15, rules: rules.file,
                lapwing: (program, ["--retention", "20m", "--config", try rules.configuration(receiver.url)])))
        defer { server.stop() }
        var sender = WorkloadSender(.full)
        let load = EnduranceClients(port: server.port, count: clients)
        defer { load.stop() }
        var report = EnduranceReport(server)
        print(EnduranceReport.head)
        let start = ContinuousClock.now
        for round in 0..<minutes * 4 {
            let next = start + .seconds(15 * round)
            if ContinuousClock.now < next { Thread.sleep(forTimeInterval: ContinuousClock.now.duration(to: next) / .seconds(1)) }
            try sender.send(to: server, at: Date().timeIntervalSince1970)
            if round % 8 == 7 { try report.note(reload: rules.reload(server, number: round / 8)) }
            try report.sample()
            if round % 20 == 19 { try report.line(minute: (round + 1) / 4, load.taken()) }
        }
        receiver.recovers()
        // What is held back while a receiver fails is tried again within five minutes.
        Thread.sleep(forTimeInterval: 330)
        return try report.verdict(receiver.told, warmUp: warmUp, load)
    }
}

/// The rules of the load, which reloads change.
struct EnduranceRules {
    enum Version { case plain, more, broken }

    let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-endurance-\(ProcessInfo.processInfo.processIdentifier).yml")

    private static let waves = """
          - name: waves
            interval: 5s
            rules: [{alert: Wave, expr: endurance_wave > 0, for: 10s, labels: {severity: page}, annotations: {summary: '{{ $value }}'}}]

        """
    private static let more = """
          - name: more
            interval: 5s
            rules: [{record: requests:rate, expr: 'sum(rate(http_requests_total[5m]))'}]

        """

    func write(_ version: Version) throws {
        var text = RuleWorkload.full.ruleFile() + Self.waves
        if version == .more { text += Self.more }
        if version == .broken { text += "  - name: [\n" }
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// - Returns: whether the reload came out as it had to: a broken file is refused, and any other taken.
    func reload(_ server: PeerProcess, number: Int) throws -> Bool {
        let version: Version = number % 5 == 4 ? .broken : number % 2 == 0 ? .more : .plain
        try write(version)
        let status = try PeerConnection(port: server.port).exchange("POST", "/-/reload").status
        return (status == 200) == (version != .broken)
    }

    /// - Returns: the path of a configuration by which each alert is told by itself, at once.
    func configuration(_ receiver: String) throws -> String {
        let text = "webhooks: [{url: '\(receiver)', group_by: ['...'], group_wait: 1s, group_interval: 5s}]\n"
        try text.write(toFile: file.path + ".config", atomically: true, encoding: .utf8)
        return file.path + ".config"
    }

    func remove() { for path in [file.path, file.path + ".config"] { try? FileManager.default.removeItem(atPath: path) } }
}
