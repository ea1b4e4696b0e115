import Lapwing
public import LapwingAlerting
import LapwingConfiguration
public import LapwingHTTP
import LapwingNotify
import LapwingPromQL
import LapwingRemote
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
    /// What was asked for without the configuration file, over which it is laid at every reload.
    private let flags: SidecarConfiguration
    private let client: any HTTPClient
    private let finder: TargetFinder
    private let gate: WebGuard
    private let shownText: Latest<String>
    private let alertmanagers: Latest<[String]>
    private let externalLabels: Latest<Labels>
    private let heartbeat: Latest<HeartbeatSender?>
    private let demoJob = Latest<ScrapeConfiguration?>(nil)
    private let lastReload = Latest<(succeeded: Bool, at: Timestamp)>((true, .now))
    private let reloading = Mutex<Task<Void, any Error>?>(nil)
    private let log: LogWriter
    private let store: Store
    private let sink: CountedSink
    private let exemplars: ExemplarStore
    private let metadata = WrittenMetadata()
    private let instruments = Instruments()
    private let scheduler: RuleScheduler
    private let scrapes: ScrapeManager
    private let notifier: Notifier
    private let remote: RemoteSide
    private let server: HTTPServer
    private let keeper: DataKeeper
    private let keeping = Mutex<Task<Void, Never>?>(nil)
    private let demo: DemoService?

    /// What answers requests: set once everything that it shows is there.
    private final class LateRouter: Sendable {
        let router = Mutex<HTTPRouter?>(nil)
        let gate = WebGuard()

        func respond(to request: HTTPRequest) -> HTTPResponse {
            if let refusal = gate.refusal(of: request) { return refusal }
            return router.withLock { $0 }?.respond(to: request) ?? .text("Lapwing is starting.\n", status: .serviceUnavailable)
        }
    }

    // MARK: Life

    /// Loads rules, starts everything, and returns the running service.
    ///
    /// The address comes first, because links in notifications begin with it.
    /// - Throws: `RuleLoadingError` for rules that do not load, `StorageError` for a data directory that cannot be opened,
    ///   `SocketError` when the address is not to be had.
    public static func start(
        _ configuration: SidecarConfiguration, log: LogWriter, client: any HTTPClient = SocketHTTPClient(),
        onAlert: @escaping @Sendable (AlertEvent) -> Void = { _ in }
    ) async throws -> Sidecar {
        let settings = try SidecarSettings.load(configuration)
        settings.tell(log)
        let flags = configuration
        let configuration = settings.configuration
        let store = try DataKeeper.open(configuration, log)
        let late = LateRouter()
        late.gate.set(settings.web)
        var listening = HTTPServerConfiguration(host: configuration.host, port: configuration.port)
        (listening.lane, listening.bodyLimit) = (RequestLanes.lane, RequestLanes.bodyLimit)
        listening.largeBodyBytes = RequestLanes.largeWrite
        let server = HTTPServer(configuration: listening) { late.respond(to: $0) }
        let address = try server.start()
        if settings.web == nil, !isLocal(configuration.host) {
            log.log(.warn, "whoever reaches this address may read and write everything: --web-config says who may", ["listen": "\(address)"])
        }
        let sidecar = Sidecar(settings, flags, store, log, client, server, at: address, late.gate, onAlert)
        let router = sidecar.routes().router()
        late.router.withLock { $0 = router }
        do {
            try await sidecar.begin(settings.groups)
        } catch {
            await sidecar.stop()
            throw error
        }
        return sidecar
    }

    /// Whether only this machine can reach the address.
    static func isLocal(_ host: String) -> Bool { host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.") }

    private init(
        _ settings: SidecarSettings, _ flags: SidecarConfiguration, _ store: Store, _ log: LogWriter, _ client: any HTTPClient, _ server: HTTPServer,
        at address: SocketAddress, _ gate: WebGuard, _ onAlert: @escaping @Sendable (AlertEvent) -> Void
    ) {
        var configuration = settings.configuration
        let externalURL = configuration.externalURL ?? "http://\(address)"
        configuration.externalURL = externalURL
        let instruments = instruments
        notifier = Self.notifier(configuration, store, log, client, instruments)
        remote = RemoteSide(
            store, client: client, log: log, instruments: instruments,
            local: SourceQuerier(
                engine: QueryEngine(configuration.engine), source: store,
                makeContext: { [timeout = configuration.queryTimeout] in QueryContext(deadline: .now + timeout) }))
        let sink = CountedSink(store, instruments)
        let environment = RuleEnvironment(
            querier: remote.querier(configuration), sink: sink, externalLabels: configuration.externalLabels, externalURL: externalURL,
            defaultInterval: configuration.evaluationInterval ?? SidecarConfiguration.standardInterval)
        externalLabels = Latest(configuration.externalLabels)
        heartbeat = Latest(configuration.heartbeat.map { HeartbeatSender($0, client: client, log: log) })
        let observer = RoundObserver(
            externalLabels: externalLabels, externalURL: externalURL, notifier: notifier, heartbeat: heartbeat, log: log,
            durations: RuleDurations(instruments), onAlert: onAlert)
        let resumption = RuleResumption(from: store, store, at: .now, rule: configuration.restart) { fault in
            log.log(.error, "the state of alerts cannot be taken up", ["what": fault])
        }
        scheduler = RuleScheduler(
            environment: environment, resuming: resumption, recall: configuration.datasource.map { _ in AlertRecall(configuration.restart) },
            observer: { group, outcome in observer.observe(group, outcome) })
        exemplars = ExemplarStore(
            capacity: configuration.maxExemplars.map { max(0, $0) } ?? ExemplarStore.maximumExemplars,
            outOfOrderWindow: configuration.outOfOrderWindow ?? .zero, clock: { .now })
        scrapes = ScrapeManager(client: client, sink: sink, exemplars: exemplars, version: LapwingVersion.text) { event in
            log.log(.warn, "\(event)")
        }
        finder = TargetFinder(scrapes, client: client, version: LapwingVersion.text, log: log)
        demo = configuration.runsDemo ? DemoService() : nil
        self.store = store
        self.sink = sink
        keeper = DataKeeper(store, configuration, log, instruments)
        self.server = server
        self.address = address
        self.configuration = configuration
        self.flags = flags
        self.client = client
        self.gate = gate
        shownText = Latest(settings.shownText)
        alertmanagers = Latest(configuration.alertmanagers.map(\.url))
        self.log = log
    }

    private static func notifier(
        _ configuration: SidecarConfiguration, _ store: Store, _ log: LogWriter, _ client: any HTTPClient, _ instruments: Instruments
    ) -> Notifier {
        let durations = instruments.histogram("lapwing_notifications_latency_seconds", help: "How long receivers take to answer.")
        var surroundings = Notifier.Surroundings(client: MeasuredClient(client: client, durations: durations))
        surroundings.notes = store
        surroundings.readFile = RuleLoading.secret
        surroundings.observer = { event in report(event, log, instruments) }
        return Notifier(notifications(configuration), surroundings)
    }

    private static func notifications(_ configuration: SidecarConfiguration) -> Notifier.Configuration {
        var notifications = Notifier.Configuration()
        notifications.webhooks = configuration.webhooks
        notifications.alertmanagers = configuration.alertmanagers
        notifications.relabeling = configuration.alertRelabeling
        notifications.externalURL = configuration.externalURL ?? ""
        notifications.jitterSeed = UInt64(bitPattern: Timestamp.now.milliseconds)
        notifications.outageTolerance = configuration.restart.outageTolerance
        return notifications
    }

    private func routes() -> APIRoutes {
        let writing = PiecewiseSink(sink: sink)
        return APIRoutes(
            queries: QueryEndpoints(
                engine: QueryEngine(configuration.engine), source: store, timeout: configuration.queryTimeout),
            series: SeriesEndpoints(source: store), rules: RuleEndpoints(scheduler: scheduler),
            targets: TargetEndpoints(scrapes: scrapes, written: metadata, externalURL: configuration.externalURL ?? "", listenPort: address.port),
            status: StatusEndpoints(store: store, scheduler: scheduler, scrapes: scrapes, start: .now),
            writes: WriteEndpoint(sink: writing, exemplars: exemplars, metadata: metadata),
            imports: ImportEndpoint(sink: writing, exemplars: exemplars),
            telemetry: OpenTelemetryEndpoint(sink: writing, exemplars: exemplars, metadata: metadata),
            exemplars: ExemplarEndpoint(exemplars: exemplars),
            federation: FederationEndpoint(
                source: store, lookbackDelta: configuration.engine.lookbackDelta, externalLabels: { [externalLabels] in externalLabels.value }),
            runtime: RuntimeEndpoints(
                start: .now, flags: configuration.shownFlags, retention: configuration.shownRetention, lastReload: { [lastReload] in lastReload.value }),
            instruments: instruments,
            history: HistoryEndpoint(notifier: notifier),
            explanations: ExplainEndpoint(
                scheduler: scheduler, source: store, firstSample: { [store] in store.statistics.oldest },
                interval: configuration.evaluationInterval ?? SidecarConfiguration.standardInterval,
                externalLabels: { [externalLabels] in externalLabels.value }, externalURL: configuration.externalURL ?? "",
                timeout: configuration.queryTimeout),
            alertmanagers: { [alertmanagers] in alertmanagers.value },
            shownConfiguration: { [shownText] in shownText.value },
            now: { .now }, reload: { [weak self] in self?.reloadAndWait() })
    }

    private func begin(_ groups: [RuleGroup]) async throws {
        describeSelf()
        if let demo { demoJob.set(try demo.start()) }
        finder.apply(configuration.scrapes + [demoJob.value].compactMap { $0 })
        await remote.send(configuration, groups)
        await scheduler.load(groups)
        notifier.begin()
        let keeper = keeper
        keeping.withLock { $0 = Task { await keeper.run() } }
    }

    /// Loads configuration and rules anew, all or nothing, one reload after the other.
    ///
    /// What storage is told (retention, out-of-order window) and where the server listens stay until the next start.
    /// - Throws: `RuleLoadingError` with what is wrong; the running configuration stays.
    public func reload() async throws {
        let task = reloading.withLock { last in
            let task = Task { [last] in
                _ = await last?.result
                try await self.reloadOnce()
            }
            last = task
            return task
        }
        try await task.value
    }

    private func reloadOnce() async throws(RuleLoadingError) {
        do throws(RuleLoadingError) {
            let settings = try SidecarSettings.load(flags)
            settings.tell(log)
            await apply(settings)
            log.log(
                .info, "configuration reloaded",
                ["groups": "\(settings.groups.count)", "jobs": "\(settings.configuration.scrapes.count)"])
        } catch {
            log.log(.error, "configuration not reloaded, the running one stays", ["err": "\(error)"])
            lastReload.set((false, lastReload.value.at))
            throw error
        }
    }

    private func apply(_ settings: SidecarSettings) async {
        var configuration = settings.configuration
        configuration.externalURL = self.configuration.externalURL
        gate.set(settings.web)
        shownText.set(settings.shownText)
        alertmanagers.set(configuration.alertmanagers.map(\.url))
        externalLabels.set(configuration.externalLabels)
        if heartbeat.value?.heartbeat != configuration.heartbeat {
            heartbeat.set(configuration.heartbeat.map { HeartbeatSender($0, client: client, log: log) })
        }
        scheduler.change { environment in
            environment.externalLabels = configuration.externalLabels
            environment.querier = remote.querier(configuration)
        }
        scheduler.recall(by: configuration.datasource.map { _ in AlertRecall(configuration.restart) })
        notifier.apply(Self.notifications(configuration))
        finder.apply(configuration.scrapes + [demoJob.value].compactMap { $0 })
        await scheduler.load(settings.groups)
        await remote.send(configuration, settings.groups)
        lastReload.set((true, .now))
    }

    /// Ends everything in order: no more scrapes and evaluations, then what is to be told, then the server, then the store.
    public func stop() async {
        keeping.withLock { $0?.cancel() }
        finder.stop()
        await scrapes.stop()
        await scheduler.stop()
        await notifier.stop()
        await remote.stop()
        await server.shutdown(grace: .seconds(5))
        demo?.stop()
        await keeper.close()
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
        let figures = ServiceFigures(
            store: store, exemplars: exemplars, scheduler: scheduler, scrapes: scrapes, notifier: notifier, configuration: configuration,
            alertmanagers: alertmanagers, lastReload: lastReload)
        figures.describe(in: instruments)
        remote.describe(metadata: { [metadata, scrapes] in scrapes.activeTargets.flatMap(\.metadata) + metadata.all }, exemplars)
        RuleFigures.describe(scheduler, in: instruments)
    }

    private static func report(_ event: Notifier.Event, _ log: LogWriter, _ instruments: Instruments) {
        switch event {
        case .delivered(let receiver, let group, let alerts):
            instruments.counter("lapwing_notifications_sent_total", ["receiver": receiver], help: "Alerts that a receiver has taken.")
                .increment(by: UInt64(alerts))
            log.log(.debug, "notification delivered", ["receiver": receiver, "group": group, "alerts": "\(alerts)"])
        case .failed(let receiver, let group, let attempt, let reason):
            instruments.counter("lapwing_notifications_errors_total", ["receiver": receiver], help: "Tries that failed and are repeated.").increment()
            log.log(.warn, "notification failed, will be tried again", ["receiver": receiver, "group": group, "attempt": "\(attempt)", "err": reason])
        case .refused(let receiver, let group, let reason):
            instruments.counter("lapwing_notifications_dropped_total", ["receiver": receiver], help: "Messages that a receiver did not want.").increment()
            log.log(.error, "notification refused", ["receiver": receiver, "group": group, "err": reason])
        case .trouble(let reason): log.log(.error, "notifications in trouble", ["err": reason])
        }
    }
}
