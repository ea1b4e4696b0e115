import LapwingConfiguration
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
        let fileLimit = DescriptorLimit.raise()
        let configuration = try configuration(arguments)
        let log = try log(arguments)
        let isDemo = configuration.runsDemo
        let signals = await Signals()
        let sidecar: Sidecar
        do {
            // What is started has the priority too: scrapes and deliveries have threads that helpers of queries cannot fill.
            let start = Task(priority: .high) {
                try await Sidecar.start(configuration, log: log) { event in if isDemo { Console.remark(DemoLine.text(event)) } }
            }
            sidecar = try await start.value
        } catch {
            Console.error("lapwing: \(error)\n")
            return .failure
        }
        Console.error("listening on http://\(sidecar.address)\n")
        log.log(.info, "files and connections that may be open", ["limit": "\(fileLimit)"])
        if isDemo { Console.remark(DemoLine.introduction(address: "\(sidecar.address)")) }
        await signals.wait(onReload: { try? await sidecar.reload() })
        log.log(.info, "ending")
        await sidecar.stop()
        return .success
    }

    private static func levelText(_ arguments: Arguments) -> String {
        arguments.text("--log-level") ?? (arguments.has("--demo") ? "warn" : "info")
    }

    private static func log(_ arguments: Arguments) throws(UsageError) -> LogWriter {
        let levelText = levelText(arguments)
        guard let level = LogWriter.Level(rawValue: levelText) else {
            throw UsageError("--log-level is debug, info, warn or error, not \(GoQuote.quote(levelText))")
        }
        let formatText = arguments.text("--log-format") ?? "logfmt"
        guard let format = LogWriter.Format(rawValue: formatText) else {
            throw UsageError("--log-format is logfmt or json, not \(GoQuote.quote(formatText))")
        }
        return LogWriter(level: level, format: format) { Console.error($0) }
    }

    static func configuration(_ arguments: Arguments) throws(UsageError) -> SidecarConfiguration {
        if let operand = arguments.operands.first {
            // Such as a shell makes of `--rules rules/*.yml`.
            let hint = arguments.has("--rules") ? "; quote a pattern, so that the shell leaves it whole: --rules 'rules/*.yml'" : ""
            throw UsageError("serve takes no operands, and was given \(operand)\(hint)")
        }
        var configuration = SidecarConfiguration()
        if let listen = arguments.text("--listen") {
            guard let (host, port) = SocketAddress.split(listen) else {
                throw UsageError("--listen is HOST:PORT with a port from 0 to 65535, not \(GoQuote.quote(listen))")
            }
            (configuration.host, configuration.port) = (host, port)
        }
        configuration.file = arguments.text("--config")
        configuration.webFile = arguments.text("--web-config")
        configuration.queryTimeout = try arguments.interval("--query-timeout") ?? configuration.queryTimeout
        configuration.engine.maximumSamples = try arguments.count("--query-max-samples") ?? configuration.engine.maximumSamples
        configuration.runsDemo = arguments.has("--demo")
        try readCollection(arguments, into: &configuration)
        try readReceivers(arguments, into: &configuration)
        try readStorage(arguments, into: &configuration)
        configuration.shownFlags = shownFlags(arguments, configuration)
        return configuration
    }

    /// What is scraped and evaluated.
    private static func readCollection(_ arguments: Arguments, into configuration: inout SidecarConfiguration) throws(UsageError) {
        configuration.scrapeInterval = try arguments.interval("--scrape-interval")
        let scrapeInterval = configuration.scrapeInterval ?? SidecarConfiguration.standardInterval
        for text in arguments.texts("--scrape") {
            do throws(ScrapeArgumentError) {
                configuration.scrapes.append(try ScrapeArgument(text).configuration(interval: scrapeInterval))
            } catch {
                throw UsageError(error.description)
            }
        }
        configuration.rulePatterns = arguments.texts("--rules")
        configuration.evaluationInterval = try arguments.interval("--evaluation-interval")
        configuration.datasource = try urls("--datasource", arguments).first.map(DatasourceSettings.init)
        if let text = arguments.text("--shard") {
            guard let shard = RuleShard(text) else {
                throw UsageError("--shard is NUMBER/COUNT, such as 2/5, with at most \(RuleShard.maximumCount) shards, not \(GoQuote.quote(text))")
            }
            configuration.shard = shard
        }
    }

    /// Who is told, and what all of them see.
    private static func readReceivers(_ arguments: Arguments, into configuration: inout SidecarConfiguration) throws(UsageError) {
        for (index, url) in try urls("--webhook", arguments).enumerated() {
            configuration.webhooks.append(.direct(url: url, name: index == 0 ? "webhook" : "webhook-\(index + 1)"))
        }
        configuration.alertmanagers = try urls("--alertmanager", arguments).map(AlertmanagerReceiver.init)
        configuration.heartbeat = try urls("--heartbeat", arguments).first.map { Heartbeat(url: $0) }
        configuration.remoteWrites = try urls("--remote-write", arguments).map { url in
            var settings = RemoteWriteSettings(url: url)
            settings.sendsRulesOnly = true
            return settings
        }
        configuration.externalURL = try urls("--external-url", arguments).first.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        configuration.externalLabels = try arguments.labels("--external-label")
    }

    /// Where samples are kept, and for how long.
    private static func readStorage(_ arguments: Arguments, into configuration: inout SidecarConfiguration) throws(UsageError) {
        configuration.data = try dataDirectory(arguments)
        configuration.durability.syncInterval = try arguments.duration("--sync-interval") ?? configuration.durability.syncInterval
        configuration.retentionSize = try arguments.bytes("--retention-size").flatMap { $0 > 0 ? $0 : nil }
        configuration.retention = try arguments.duration("--retention")
        // As Prometheus' flag of this kind: 0 is not given, but beside a size it is no limit.
        if configuration.retention == .zero, configuration.retentionSize == nil { configuration.retention = nil }
        configuration.outOfOrderWindow = try arguments.duration("--out-of-order-window")
    }

    /// Every flag with what was given or holds without it; what may be a secret in a URL does not show.
    private static func shownFlags(_ arguments: Arguments, _ configuration: SidecarConfiguration) -> [String: String] {
        let interval = arguments.has("--config") ? "" : "15s"
        // Of these the help tells a rule, and no value; what is empty here the configuration file may say, or the address in the end.
        let held = [
            "--config": "", "--datasource": "", "--retention": "", "--retention-size": "", "--out-of-order-window": "", "--web-config": "",
            "--external-url": "", "--scrape-interval": interval, "--evaluation-interval": interval, "--data": configuration.data ?? "",
            "--in-memory": "\(configuration.data == nil)", "--log-level": levelText(arguments),
        ]
        return Dictionary(
            uniqueKeysWithValues: CommandTable.serve.flags.map { flag in
                let isSecret = flag.name == "--webhook" || flag.name == "--heartbeat"
                let given = arguments.texts(flag.name).map { text in
                    isSecret ? HTTPURL.redacted(text) : text.replacing(/:\/\/[^\/@]*@/, with: "://<secret>@")
                }
                let standard = held[flag.name] ?? (flag.kind == .toggle ? "false" : flag.standard)
                return (String(flag.name.dropFirst(2)), given.isEmpty ? standard : given.joined(separator: ","))
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
