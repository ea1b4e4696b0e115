import Foundation
import LapwingConfiguration
import LapwingServer

/// A server of the comparison: how it is started, and what it calls things.
enum Peer: String, CaseIterable {
    case prometheus, victoriaMetrics, lapwing

    var title: String {
        switch self {
        case .prometheus: "Prometheus"
        case .victoriaMetrics: "VictoriaMetrics"
        case .lapwing: "lapwing"
        }
    }

    var readyPath: String { self == .victoriaMetrics ? "/health" : "/-/ready" }

    /// Whether Debian's package is installed; lapwing always is.
    var isInstalled: Bool { self == .lapwing || FileManager.default.isExecutableFile(atPath: debianProgram) }

    private var debianProgram: String { self == .prometheus ? "/usr/bin/prometheus" : "/usr/bin/victoria-metrics" }

    /// What starts the server on a port of 127.0.0.1, with its data in a folder.
    func command(port: UInt16, folder: URL, _ setup: Setup) throws -> (program: String, arguments: [String]) {
        switch self {
        case .prometheus:
            return (
                debianProgram,
                [
                    "--config.file=\(try configuration(in: folder, setup))", "--storage.tsdb.path=\(folder.path)/data",
                    "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=60d",
                    "--log.level=warn",
                ]
            )
        case .victoriaMetrics:
            return (
                debianProgram,
                [
                    "-httpListenAddr=127.0.0.1:\(port)", "-storageDataPath=\(folder.path)/data", "-retentionPeriod=3", "-search.disableCache",
                    "-search.latencyOffset=0s", "-search.maxQueryDuration=120s", "-selfScrapeInterval=0s", "-loggerLevel=WARN",
                    "-promscrape.config=\(try configuration(in: folder, setup))", "-promscrape.maxScrapeSize=64MB",
                ]
            )
        case .lapwing:
            var arguments = ["serve", "--listen", "127.0.0.1:\(port)", "--log-level", "warn"] + (setup.lapwing?.arguments ?? ["--retention", "60d"])
            arguments += setup.isDurable ? ["--data", "\(folder.path)/data"] : ["--in-memory"]
            if let rules = setup.rules { arguments += ["--rules", rules.path] }
            if let target = setup.scrapes { arguments += ["--scrape", "page=http://\(target)/metrics", "--scrape-interval", "\(setup.interval)s"] }
            // Without another build, this very program serves: what is measured is what was built with it.
            return (setup.lapwing?.program ?? Flags.text("--lapwing") ?? CommandLine.arguments[0], arguments)
        }
    }

    /// The configuration file of a peer, which both read alike.
    private func configuration(in folder: URL, _ setup: Setup) throws -> String {
        let file = folder.appending(path: "prometheus.yml")
        let jobs = setup.scrapes.map { "scrape_configs: [{job_name: page, static_configs: [{targets: ['\($0)']}]}]\n" } ?? ""
        // VictoriaMetrics leaves rules to vmalert.
        let rules = self == .prometheus ? setup.rules.map { "rule_files: ['\($0.path)']\n" } ?? "" : ""
        try "global: {scrape_interval: \(setup.interval)s, scrape_timeout: \(setup.interval)s}\n\(rules)\(jobs)".write(
            to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    /// What a server is there for, beside answering.
    struct Setup {
        /// Whether it keeps its data on the disk; the peers always do.
        var isDurable = false
        /// HOST:PORT of a page to scrape.
        var scrapes: String?
        /// Seconds between scrapes.
        var interval = 3600
        /// A file of rules to evaluate.
        var rules: URL?
        /// Lapwing as a program of its own, and what else it is told.
        var lapwing: (program: String, arguments: [String])?
    }

    /// `Benchmarks serve …`: what `lapwing serve` does, with the flags that `command` gives it, until it is ended.
    static func serve() async throws {
        var configuration = SidecarConfiguration()
        configuration.port = Flags.text("--listen")?.split(separator: ":").last.flatMap { Int($0) } ?? 0
        configuration.retention = .seconds(60 * 86_400)
        configuration.data = Flags.text("--data")
        configuration.rulePatterns = Flags.text("--rules").map { [$0] } ?? []
        if let page = Flags.text("--scrape")?.split(separator: "=").last {
            let seconds = Flags.text("--scrape-interval").flatMap { Int($0.dropLast()) } ?? 15
            var scrape = ScrapeConfiguration(jobName: "page", interval: .seconds(seconds))
            scrape.targetGroups = [TargetGroup(addresses: [page.split(separator: "/").dropFirst().first.map { String($0) } ?? ""])]
            configuration.scrapes = [scrape]
        }
        let log = LogWriter(level: .warn, format: .logfmt) { FileHandle.standardError.write(Data($0.utf8)) }
        let sidecar = try await Sidecar.start(configuration, log: log) { _ in }
        FileHandle.standardError.write(Data("listening on http://\(sidecar.address)\n".utf8))
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
        await sidecar.stop()
    }
}
