import Lapwing
public import LapwingAlerting
public import LapwingHTTP
import LapwingNotify
import LapwingPromQL
import LapwingRules
public import LapwingSeries
import LapwingStorage
import LapwingText
import Synchronization

/// The running service: collects, stores, evaluates, notifies, answers.
///
/// It only wires the parts together and starts and stops them; each part can be read and tested by itself.
public final class Sidecar: Sendable {
    /// What is worth telling a person at the terminal: an alert that changed.
    public struct AlertEvent: Sendable {
        public var at: Timestamp
        public var alert: Alert
        public var change: AlertTransition.Change
    }

    /// Where the server listens.
    public let address: SocketAddress

    private let configuration: SidecarConfiguration
    private let log: LogWriter
    private let store: Store
    private let exemplars: ExemplarStore
    private let metadata = WrittenMetadata()
    private let instruments = Instruments()
    private let scheduler: RuleScheduler
    private let scrapes: ScrapeManager
    private let notifier: Notifier
    private let server: HTTPServer
    private let keeper: DataKeeper
    private let keeping = Mutex<Task<Void, Never>?>(nil)
    private let demo: DemoService?

    /// What answers requests: set once everything that it shows is there.
    private final class LateRouter: Sendable {
        let router = Mutex<HTTPRouter?>(nil)

        func respond(to request: HTTPRequest) -> HTTPResponse {
            router.withLock { $0 }?.respond(to: request) ?? .text("Lapwing is starting.\n", status: .serviceUnavailable)
        }
    }

    // MARK: Life

    /// Loads rules, starts everything, and returns the running service.
    ///
    /// The address comes first, because links in notifications begin with it.
    /// - Throws: `RuleLoadingError` for rules that do not load, `StorageError` for a data directory that cannot be opened,
    ///   `SocketError` when the address is not to be had.
    public static func start(
        _ configuration: SidecarConfiguration, log: LogWriter, client: any HTTPClient = DefaultHTTPClient(),
        onAlert: @escaping @Sendable (AlertEvent) -> Void = { _ in }
    ) async throws -> Sidecar {
        let groups = try loadGroups(configuration, log)
        let store = try DataKeeper.open(configuration, log)
        let late = LateRouter()
        let server = HTTPServer(configuration: HTTPServerConfiguration(host: configuration.host, port: configuration.port)) {
            late.respond(to: $0)
        }
        let address = try server.start()
        let sidecar = Sidecar(configuration, store, log, client, server, at: address, onAlert)
        let router = sidecar.routes().router()
        late.router.withLock { $0 = router }
        do {
            try await sidecar.begin(groups)
        } catch {
            await sidecar.stop()
            throw error
        }
        return sidecar
    }

    private init(
        _ configuration: SidecarConfiguration, _ store: Store, _ log: LogWriter, _ client: any HTTPClient, _ server: HTTPServer,
        at address: SocketAddress, _ onAlert: @escaping @Sendable (AlertEvent) -> Void
    ) {
        var configuration = configuration
        let externalURL = configuration.externalURL ?? "http://\(address)"
        configuration.externalURL = externalURL
        let instruments = instruments
        notifier = Self.notifier(configuration, store, log, client, instruments)
        let timeout = configuration.queryTimeout
        let querier = SourceQuerier(
            engine: QueryEngine(configuration.engine), source: store, makeContext: { QueryContext(deadline: .now + timeout) })
        let environment = RuleEnvironment(
            querier: querier, sink: store, externalLabels: configuration.externalLabels, externalURL: externalURL,
            defaultInterval: configuration.evaluationInterval)
        let observer = RoundObserver(
            externalLabels: configuration.externalLabels, externalURL: externalURL, notifier: notifier,
            heartbeat: configuration.heartbeat.map { HeartbeatSender($0, client: client, log: log) }, log: log, instruments: instruments,
            onAlert: onAlert)
        let resumption = RuleResumption(from: store, store, at: .now, rule: configuration.restart) { fault in
            log.log(.error, "the state of alerts cannot be taken up", ["what": fault])
        }
        scheduler = RuleScheduler(
            environment: environment, resuming: resumption, observer: { group, outcome in await observer.observe(group, outcome) })
        exemplars = ExemplarStore(outOfOrderWindow: configuration.outOfOrderWindow, clock: { .now })
        scrapes = ScrapeManager(client: client, sink: store, exemplars: exemplars, version: LapwingVersion.text) { event in
            log.log(.warn, "\(event)")
        }
        demo = configuration.runsDemo ? DemoService() : nil
        self.store = store
        keeper = DataKeeper(store, configuration, log)
        self.server = server
        self.address = address
        self.configuration = configuration
        self.log = log
    }

    private static func notifier(
        _ configuration: SidecarConfiguration, _ store: Store, _ log: LogWriter, _ client: any HTTPClient, _ instruments: Instruments
    ) -> Notifier {
        var notifications = Notifier.Configuration()
        notifications.webhooks = configuration.webhooks
        notifications.alertmanagers = configuration.alertmanagers
        notifications.externalURL = configuration.externalURL ?? ""
        notifications.jitterSeed = UInt64(bitPattern: Timestamp.now.milliseconds)
        notifications.outageTolerance = configuration.restart.outageTolerance
        var surroundings = Notifier.Surroundings(client: client)
        surroundings.notes = store
        surroundings.readFile = RuleLoading.secret
        surroundings.observer = { event in report(event, log, instruments) }
        return Notifier(notifications, surroundings)
    }

    private func routes() -> APIRoutes {
        APIRoutes(
            queries: QueryEndpoints(
                engine: QueryEngine(configuration.engine), source: store, timeout: configuration.queryTimeout),
            series: SeriesEndpoints(source: store), rules: RuleEndpoints(scheduler: scheduler),
            targets: TargetEndpoints(scrapes: scrapes, written: metadata, externalURL: configuration.externalURL ?? "", listenPort: address.port),
            status: StatusEndpoints(store: store, scheduler: scheduler, scrapes: scrapes, start: .now),
            writes: WriteEndpoint(sink: store, exemplars: exemplars, metadata: metadata),
            imports: ImportEndpoint(sink: store, exemplars: exemplars),
            telemetry: OpenTelemetryEndpoint(sink: store, exemplars: exemplars, metadata: metadata),
            exemplars: ExemplarEndpoint(exemplars: exemplars), instruments: instruments,
            history: HistoryEndpoint(notifier: notifier), alertmanagers: configuration.alertmanagers.map(\.url),
            now: { .now }, reload: { [weak self] in self?.reloadAndWait() })
    }

    private func begin(_ groups: [RuleGroup]) async throws {
        describeSelf()
        var jobs = configuration.scrapes
        if let demo { jobs.append(try demo.start()) }
        for invalid in scrapes.apply(jobs) { log.log(.error, "a target cannot be scraped", ["reason": "\(invalid)"]) }
        await scheduler.load(groups)
        notifier.begin()
        let keeper = keeper
        keeping.withLock { $0 = Task { await keeper.run() } }
    }

    /// Loads the rules anew, all or nothing.
    public func reload() async throws {
        do {
            let groups = try Self.loadGroups(configuration, log)
            await scheduler.load(groups)
            log.log(.info, "rules reloaded", ["groups": "\(groups.count)"])
        } catch {
            log.log(.error, "rules not reloaded, the running ones stay", ["err": "\(error)"])
            throw error
        }
    }

    /// Ends everything in order: no more scrapes and evaluations, then what is to be told, then the server, then the store.
    public func stop() async {
        keeping.withLock { $0?.cancel() }
        await scrapes.stop()
        await scheduler.stop()
        await notifier.stop()
        await server.shutdown(grace: .seconds(5))
        demo?.stop()
        await keeper.close()
    }

    private static func loadGroups(
        _ configuration: SidecarConfiguration, _ log: LogWriter
    ) throws(RuleLoadingError) -> [RuleGroup] {
        var files = try RuleLoading.files(configuration.rulePatterns)
        if configuration.runsDemo {
            do throws(SourceError) {
                files.append(try RuleFile.read(SourceText(name: "demo.yml", DemoRules.text)))
            } catch {
                throw RuleLoadingError(description: error.description)
            }
        }
        for file in files {
            for warning in file.warnings { log.log(.warn, warning.line(in: file.source)) }
        }
        return files.flatMap(\.groups)
    }

    /// For the reload endpoint, whose handler has a thread to wait on.
    private func reloadAndWait() -> String? {
        let outcome = BlockingResult<String?>()
        Task {
            do {
                try await reload()
                outcome.set(nil)
            } catch {
                outcome.set("\(error)")
            }
        }
        return outcome.wait()
    }

    // MARK: Telling of itself

    private func describeSelf() {
        let (store, scheduler, scrapes) = (store, scheduler, scrapes)
        instruments.gauge("lapwing_build_info", ["version": LapwingVersion.text], help: "Which version runs.").set(1)
        instruments.observe("lapwing_head_series", help: "Series in the store.") { Double(store.counts.series) }
        instruments.observe("lapwing_head_samples", help: "Samples in the store.") { Double(store.counts.samples) }
        describeData()
        instruments.observe("lapwing_exemplars", help: "Exemplars that are kept.") { [exemplars] in Double(exemplars.count) }
        instruments.observe("lapwing_exemplar_series", help: "Series of which exemplars are kept.") { [exemplars] in
            Double(exemplars.seriesCount)
        }
        instruments.observe("lapwing_rule_group_rules", help: "Rules that are evaluated.") {
            Double(scheduler.statuses.reduce(0) { $0 + $1.group.rules.count })
        }
        instruments.observe("lapwing_alerts", ["alertstate": "pending"], help: "Alerts by state.") { Self.count(.pending, scheduler) }
        instruments.observe("lapwing_alerts", ["alertstate": "firing"], help: "Alerts by state.") { Self.count(.firing, scheduler) }
        let notifier = notifier
        instruments.observe("lapwing_notifications_pending", help: "Messages and alerts that no receiver has taken yet.") { Double(notifier.pending) }
        instruments.observe("lapwing_targets", help: "Targets that are scraped.") { Double(scrapes.activeTargets.count) }
    }

    private func describeData() {
        let store = store
        guard store.diskFigures != nil else { return }
        let gauges: [(name: String, help: String, value: @Sendable (Store.DiskFigures) -> Int)] = [
            ("lapwing_data_segments", "Files of sealed chunks.", { $0.segments }),
            ("lapwing_data_segment_bytes", "Bytes of these files.", { $0.segmentBytes }),
            ("lapwing_data_checkpoint_bytes", "Bytes of the checkpoint.", { $0.checkpointBytes }),
            ("lapwing_data_log_bytes", "Bytes of the log since the checkpoint.", { $0.logBytes }),
            ("lapwing_data_log_written_bytes_total", "Bytes written to the log since the start.", { $0.logBytesWritten }),
            ("lapwing_data_log_records_total", "Records written to the log since the start.", { $0.logRecords }),
            ("lapwing_data_failures_total", "Writes and syncs that the disk refused since the start.", { $0.failures }),
        ]
        for gauge in gauges {
            instruments.observe(gauge.name, help: gauge.help) { Double(store.diskFigures.map(gauge.value) ?? 0) }
        }
    }

    private static func count(_ state: Alert.State, _ scheduler: RuleScheduler) -> Double {
        Double(scheduler.statuses.reduce(0) { sum, status in
            sum + status.state.rules.reduce(0) { $0 + $1.active.current.count { $0.state == state } }
        })
    }

    private static func report(_ event: Notifier.Event, _ log: LogWriter, _ instruments: Instruments) {
        switch event {
        case .delivered(let receiver, let group, let alerts):
            instruments.counter("lapwing_notifications_sent_total", help: "Messages that a receiver has taken.").increment()
            log.log(.debug, "notification delivered", ["receiver": receiver, "group": group, "alerts": "\(alerts)"])
        case .failed(let receiver, let group, let attempt, let reason):
            instruments.counter("lapwing_notifications_failed_total", help: "Tries that failed and are repeated.").increment()
            log.log(.warn, "notification failed, will be tried again", ["receiver": receiver, "group": group, "attempt": "\(attempt)", "err": reason])
        case .refused(let receiver, let group, let reason):
            instruments.counter("lapwing_notifications_refused_total", help: "Messages that a receiver did not want.").increment()
            log.log(.error, "notification refused", ["receiver": receiver, "group": group, "err": reason])
        case .trouble(let reason): log.log(.error, "notifications in trouble", ["err": reason])
        }
    }
}
