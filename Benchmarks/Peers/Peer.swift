import Foundation
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
    func command(port: UInt16, folder: URL) throws -> (program: String, arguments: [String]) {
        switch self {
        case .prometheus:
            let configuration = folder.appending(path: "prometheus.yml")
            try "global: {scrape_interval: 1h}\n".write(to: configuration, atomically: true, encoding: .utf8)
            return (
                debianProgram,
                [
                    "--config.file=\(configuration.path)", "--storage.tsdb.path=\(folder.path)/data", "--web.listen-address=127.0.0.1:\(port)",
                    "--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=60d", "--log.level=warn",
                ]
            )
        case .victoriaMetrics:
            return (
                debianProgram,
                [
                    "-httpListenAddr=127.0.0.1:\(port)", "-storageDataPath=\(folder.path)/data", "-retentionPeriod=3", "-search.disableCache",
                    "-search.latencyOffset=0s", "-search.maxQueryDuration=120s", "-selfScrapeInterval=0s", "-loggerLevel=WARN",
                ]
            )
        case .lapwing:
            if let program = PeerOptions.text("--lapwing") {
                return (program, ["serve", "--in-memory", "--listen", "127.0.0.1:\(port)", "--retention", "60d", "--log-level", "warn"])
            }
            // This very program serves: what is measured is what was built with it.
            return (CommandLine.arguments[0], ["serve", "\(port)"])
        }
    }

    /// `Benchmarks serve PORT`: lapwing's server as `lapwing serve --in-memory --retention 60d` runs it, until it is ended.
    static func serve(port: String?) async throws {
        var configuration = SidecarConfiguration()
        configuration.port = port.flatMap { Int($0) } ?? 0
        configuration.retention = .seconds(60 * 86_400)
        let log = LogWriter(level: .warn, format: .logfmt) { FileHandle.standardError.write(Data($0.utf8)) }
        let sidecar = try await Sidecar.start(configuration, log: log) { _ in }
        FileHandle.standardError.write(Data("listening on http://\(sidecar.address)\n".utf8))
        while !Task.isCancelled { try await Task.sleep(for: .seconds(3600)) }
        await sidecar.stop()
    }
}

/// The flags of `compare` and `agree`.
enum PeerOptions {
    /// The value of a flag, `--flag VALUE`; nil where it is not given.
    static func text(_ flag: String) -> String? {
        guard let place = CommandLine.arguments.firstIndex(of: flag), place + 1 < CommandLine.arguments.count else { return nil }
        return CommandLine.arguments[place + 1]
    }

    static func has(_ flag: String) -> Bool { CommandLine.arguments.contains(flag) }
}
