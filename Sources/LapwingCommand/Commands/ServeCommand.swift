import Dispatch
import Foundation
import LapwingAlerting
import LapwingHTTP
import LapwingNotify
import LapwingPromQL
import LapwingRemote
import LapwingRules
import LapwingSeries
import LapwingServer
import LapwingStorage
import LapwingText

/// `lapwing serve`: runs the sidecar until it is told to end.
enum ServeCommand {
    static func run(_ arguments: Arguments) async throws(UsageError) -> ExitStatus {
        let configuration = try configuration(arguments)
        let log = try log(arguments)
        let isDemo = configuration.runsDemo
        let signals = await Signals()
        let sidecar: Sidecar
        do {
            // What is started has the priority too: scrapes and deliveries have threads that helpers of queries cannot fill.
            let start = Task(priority: .high) {
                try await Sidecar.start(configuration, log: log) { event in if isDemo { Console.output(DemoLine.text(event)) } }
            }
            sidecar = try await start.value
        } catch {
            Console.error("lapwing: \(error)\n")
            return .failure
        }
        Console.error("listening on http://\(sidecar.address)\n")
        if isDemo { Console.output(DemoLine.introduction(address: "\(sidecar.address)")) }
        await signals.wait(onReload: { try? await sidecar.reload() })
        log.log(.info, "ending")
        await sidecar.stop()
        return .success
    }

    private static func log(_ arguments: Arguments) throws(UsageError) -> LogWriter {
        let levelText = arguments.text("--log-level") ?? (arguments.has("--demo") ? "warn" : "info")
        guard let level = LogWriter.Level(rawValue: levelText) else {
            throw UsageError("--log-level is debug, info, warn or error, not \(GoQuote.quote(levelText))")
        }
        let formatText = arguments.text("--log-format") ?? "logfmt"
        guard let format = LogWriter.Format(rawValue: formatText) else {
            throw UsageError("--log-format is logfmt or json, not \(GoQuote.quote(formatText))")
        }
        return LogWriter(level: level, format: format) { Console.error($0) }
    }

    private static func configuration(_ arguments: Arguments) throws(UsageError) -> SidecarConfiguration {
        if let operand = arguments.operands.first { throw UsageError("serve takes no operands, and was given \(operand)") }
        var configuration = SidecarConfiguration()
        if let listen = arguments.text("--listen") {
            guard let (host, port) = SocketAddress.split(listen) else {
                throw UsageError("--listen is HOST:PORT, not \(GoQuote.quote(listen))")
            }
            (configuration.host, configuration.port) = (host, port)
        }
        configuration.file = arguments.text("--config")
        configuration.webFile = arguments.text("--web-config")
        configuration.rulePatterns = arguments.texts("--rules")
        configuration.scrapeInterval = try arguments.interval("--scrape-interval")
        let scrapeInterval = configuration.scrapeInterval ?? SidecarConfiguration.standardInterval
        for text in arguments.texts("--scrape") {
            do throws(ScrapeArgumentError) {
                configuration.scrapes.append(try ScrapeArgument(text).configuration(interval: scrapeInterval))
            } catch {
                throw UsageError(error.description)
            }
        }
        configuration.evaluationInterval = try arguments.interval("--evaluation-interval")
        for (index, url) in try urls("--webhook", arguments).enumerated() {
            configuration.webhooks.append(.direct(url: url, name: index == 0 ? "webhook" : "webhook-\(index + 1)"))
        }
        configuration.alertmanagers = try urls("--alertmanager", arguments).map(AlertmanagerReceiver.init)
        configuration.heartbeat = try urls("--heartbeat", arguments).first.map { Heartbeat(url: $0) }
        configuration.datasource = try urls("--datasource", arguments).first.map(DatasourceSettings.init)
        configuration.remoteWrites = try urls("--remote-write", arguments).map { url in
            var settings = RemoteWriteSettings(url: url)
            settings.sendsRulesOnly = true
            return settings
        }
        if let text = arguments.text("--shard") {
            guard let shard = RuleShard(text) else {
                throw UsageError("--shard is NUMBER/COUNT, such as 2/5, with at most \(RuleShard.maximumCount) shards, not \(GoQuote.quote(text))")
            }
            configuration.shard = shard
        }
        configuration.data = try dataDirectory(arguments)
        configuration.durability.syncInterval = try arguments.duration("--sync-interval") ?? configuration.durability.syncInterval
        configuration.retention = try arguments.interval("--retention")
        configuration.retentionSize = try arguments.bytes("--retention-size")
        configuration.outOfOrderWindow = try arguments.duration("--out-of-order-window")
        configuration.externalURL = try urls("--external-url", arguments).first.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        configuration.externalLabels = try arguments.labels("--external-label")
        configuration.queryTimeout = try arguments.interval("--query-timeout") ?? configuration.queryTimeout
        configuration.engine.maximumSamples = try arguments.count("--query-max-samples") ?? configuration.engine.maximumSamples
        configuration.runsDemo = arguments.has("--demo")
        configuration.shownFlags = shownFlags(arguments)
        return configuration
    }

    /// Every flag with what was given or holds without it; user and password of a URL do not show.
    private static func shownFlags(_ arguments: Arguments) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: CommandTable.serve.flags.map { flag in
                let given = arguments.texts(flag.name).map { $0.replacing(/:\/\/[^\/@]*@/, with: "://<secret>@") }
                return (String(flag.name.dropFirst(2)), given.isEmpty ? flag.standard : given.joined(separator: ","))
            })
    }

    /// Where samples are kept: a demo leaves nothing behind unless it is asked to.
    private static func dataDirectory(_ arguments: Arguments) throws(UsageError) -> String? {
        let given = arguments.text("--data")
        if let given, arguments.has("--in-memory") {
            throw UsageError("--in-memory keeps nothing on disk, and --data \(GoQuote.quote(given)) asks for it: give one of them")
        }
        if let given, given.isEmpty { throw UsageError("--data names a directory, and was given an empty name") }
        return given ?? (arguments.has("--in-memory") || arguments.has("--demo") ? nil : "data")
    }

    private static func urls(_ flag: String, _ arguments: Arguments) throws(UsageError) -> [String] {
        let urls = arguments.texts(flag)
        for url in urls {
            do throws(HTTPURLError) {
                _ = try HTTPURL(url)
            } catch {
                throw UsageError("\(flag) \(GoQuote.quote(url)): \(error)")
            }
        }
        return urls
    }
}

/// What the demo prints as alerts come and go.
private enum DemoLine {
    static func introduction(address: String) -> String {
        """
        A demo shop runs beside this server and is scraped every two seconds. Every two minutes its payments begin to
        fail for half a minute: watch the alerts. Ask it yourself:

          lapwing query --server http://\(address) 'sum by (path, status) (rate(http_requests_total[15s]))'

        The first incident begins in about twenty seconds. Ctrl-C ends it all and leaves nothing behind.


        """
    }

    static func text(_ event: Sidecar.AlertEvent) -> String {
        let (word, color) =
            switch event.change {
            case .pending: ("PENDING ", 33)
            case .firing: ("FIRING  ", 31)
            case .resolved: ("RESOLVED", 32)
            case .dropped: ("calm    ", 36)
            }
        let time = TimeText.rfc3339(milliseconds: event.at.milliseconds).split(separator: "T")[1].prefix(8)
        let name = event.alert.labels[LabelName.alert] ?? ""
        let summary = event.alert.annotations.first { $0.name == "summary" }?.value ?? event.alert.labels.description
        return "\(time)  \(Console.colored(word, color))  \(name): \(summary)\n"
    }
}

/// The signals that end and reload a server, caught from its making on: what comes while a server starts waits for it.
private struct Signals {
    private let numbers: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init() async {
        let (numbers, continuation) = AsyncStream.makeStream(of: Int32.self)
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // On Linux Dispatch installs a handler, before which a signal does what it always does; one that were ignored would be lost.
            #if canImport(Darwin)
                signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            await withCheckedContinuation { isCaught in
                source.setRegistrationHandler { isCaught.resume() }
                source.resume()
            }
            sources.append(source)
        }
        (self.numbers, self.sources) = (numbers, sources)
    }

    /// Returns when the process is told to end.
    func wait(onReload: @escaping @Sendable () async -> Void) async {
        for await number in numbers {
            if number != SIGHUP { break }
            await onReload()
        }
        for source in sources { source.cancel() }
    }
}
