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

    /// What was asked for without the configuration file, over which it is laid at every reload.
    private let flags: SidecarConfiguration
    /// What holds since the last reload that was taken.
    let settings: Latest<SidecarSettings>
    let lastReload = Latest<(succeeded: Bool, at: Timestamp)>((true, .now))
    /// The beginning, reloads and the end, one after the other.
    private let changes = Turnstile()
    private let isEnding = Latest(false)
    let log: LogWriter
    let instruments = Instruments()
    private let clients: SidecarClients
    private let heartbeat: Latest<HeartbeatSender?>
    private let demo: DemoService?
    private let demoJob = Latest<ScrapeConfiguration?>(nil)
    private let finder: TargetFinder
    let scrapes: ScrapeManager
    let store: Store
    let sink: CountedSink
    let exemplars: ExemplarStore
    let metadata = WrittenMetadata()
    private let keeper: DataKeeper
    let scheduler: RuleScheduler
    let remote: RemoteSide
    let notifier: Notifier
    private let entrance: Entrance
    let server: HTTPServer

    /// Whom requests meet first: answers that the service is starting until everything is there that it shows.
    private final class Entrance: Sendable {
        let router = Latest<HTTPRouter?>(nil)
        let gate = WebGuard()
        /// The path below which everything is reached too.
        private let pathPrefix: String

        init(pathPrefix: String) { self.pathPrefix = pathPrefix }

        func hasRoute(for target: HTTPTarget) -> Bool { router.value?.hasRoute(for: target) ?? false }

        func respond(to request: HTTPRequest) -> HTTPResponse {
            if let refusal = gate.refusal(of: request) { return refusal }
            // The page asks for what lies beside it, and so has to stand below the path, not at it.
            if !pathPrefix.isEmpty, request.path == pathPrefix, !hasRoute(for: request.target) {
                return HTTPResponse(status: .found, headers: ["Location": pathPrefix + "/"])
            }
            return router.value?.respond(to: request) ?? .text("Lapwing is starting.\n", status: .serviceUnavailable)
        }
    }

    // MARK: Life

    /// Loads rules, starts everything, and returns the running service.
    ///
    /// The address comes first, because links in notifications begin with it.
    /// - Throws: `RuleLoadingError` for rules that do not load, `StorageError` for a data directory that cannot be opened,
    ///   `SocketError` when the address is not to be had.
    public static func start(
        _ configuration: SidecarConfiguration, log: LogWriter, clients: SidecarClients = SidecarClients(),
        onAlert: @escaping @Sendable (AlertEvent) -> Void = { _ in }
    ) async throws -> Sidecar {
        let flags = configuration
        var settings = try SidecarSettings.load(flags)
        settings.tell(log)
        FreedMemory.returnLargePieces()
        let store = try DataKeeper.open(settings.configuration, log)
        let entrance = Entrance(pathPrefix: settings.configuration.pathPrefix)
        entrance.gate.set(settings.web)
        var listening = listening(settings.configuration, entrance.gate, log)
        listening.isOwnPath = { entrance.hasRoute(for: $0) }
        let server = HTTPServer(configuration: listening) { entrance.respond(to: $0) }
        let address = try server.start()
        if settings.web == nil, !isLocal(settings.configuration.host) {
            log.log(.warn, "whoever reaches this address may read and write everything: --web-config says who may", ["listen": "\(address)"])
        }
        settings.configuration.externalURL = settings.configuration.externalURL ?? "http://\(address)"
        let sidecar = Sidecar(settings, flags, store, log, clients, server, at: address, entrance, onAlert)
        entrance.router.set(sidecar.routes().router())
        do {
            try await sidecar.changes.pass { try await sidecar.begin(settings.groups) }
        } catch {
            await sidecar.stop()
            throw error
        }
        return sidecar
    }

    /// Whether only this machine can reach the address.
    static func isLocal(_ host: String) -> Bool { host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.") }

    private init(
        _ settings: SidecarSettings, _ flags: SidecarConfiguration, _ store: Store, _ log: LogWriter, _ clients: SidecarClients, _ server: HTTPServer,
        at address: SocketAddress, _ entrance: Entrance, _ onAlert: @escaping @Sendable (AlertEvent) -> Void
    ) {
        let configuration = settings.configuration
        let (instruments, settings) = (instruments, Latest(settings))
        notifier = Self.notifier(configuration, store, log, clients.notifications, instruments)
        heartbeat = Latest(configuration.heartbeat.map { HeartbeatSender($0, client: clients.heartbeat, log: log) })
        let observer = RoundObserver(
            settings: settings, notifier: notifier, heartbeat: heartbeat, log: log, durations: RuleDurations(instruments), onAlert: onAlert)
        remote = RemoteSide(store, clients, log: log, instruments: instruments, local: Self.querier(configuration, store))
        sink = CountedSink(store, instruments)
        scheduler = RuleScheduler(
            environment: Self.environment(configuration, remote.querier(configuration), sink),
            resuming: RuleResumption(from: store, store, at: .now, rule: configuration.restart) { fault in
                log.log(.error, "the state of alerts cannot be taken up", ["what": fault])
            },
            recall: configuration.datasource.map { _ in AlertRecall(configuration.restart) }, observer: { observer.observe($0, $1) })
        exemplars = ExemplarStore(
            capacity: configuration.maxExemplars.map { max(0, $0) } ?? ExemplarStore.maximumExemplars,
            outOfOrderWindow: configuration.outOfOrderWindow ?? .zero, clock: { .now })
        scrapes = ScrapeManager(client: clients.scrapes, sink: sink, exemplars: exemplars, version: LapwingVersion.text) { event in
            Self.report(event, log)
        }
        finder = TargetFinder(scrapes, client: clients.discovery, version: LapwingVersion.text, log: log)
        demo = configuration.runsDemo ? DemoService() : nil
        keeper = DataKeeper(store, configuration, log, instruments)
        self.settings = settings
        self.flags = flags
        self.store = store
        self.server = server
        self.address = address
        self.clients = clients
        self.entrance = entrance
        self.log = log
    }

    private func begin(_ groups: [RuleGroup]) async throws {
        let configuration = settings.value.configuration
        describeSelf()
        if let demo { demoJob.set(try demo.start()) }
        finder.apply(configuration.scrapes + [demoJob.value].compactMap { $0 })
        await remote.send(configuration, groups)
        await scheduler.load(groups)
        notifier.begin()
        keeper.begin()
    }

    /// Loads configuration and rules anew, all or nothing, one reload after the other.
    ///
    /// What storage is told (retention, out-of-order window) and where the server listens stay until the next start.
    /// - Throws: `RuleLoadingError` with what is wrong; the running configuration stays.
    public func reload() async throws(RuleLoadingError) {
        try await changes.pass { () throws(RuleLoadingError) in try await reloadNow() }
    }

    private func reloadNow() async throws(RuleLoadingError) {
        do throws(RuleLoadingError) {
            if isEnding.value { throw RuleLoadingError(description: "the service is ending") }
            var settings = try SidecarSettings.load(flags)
            settings.tell(log)
            settings.configuration.externalURL = self.settings.read { $0.configuration.externalURL }
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
        let configuration = settings.configuration
        self.settings.set(settings)
        entrance.gate.set(settings.web)
        if heartbeat.value?.heartbeat != configuration.heartbeat {
            heartbeat.set(configuration.heartbeat.map { HeartbeatSender($0, client: clients.heartbeat, log: log) })
        }
        scheduler.change { environment in
            environment.externalLabels = configuration.externalLabels
            environment.querier = remote.querier(configuration)
        }
        scheduler.recall(by: configuration.datasource.map { _ in AlertRecall(configuration.restart) })
        notifier.apply(Self.notifications(configuration, NotificationReport(log: log, instruments: instruments)))
        finder.apply(configuration.scrapes + [demoJob.value].compactMap { $0 })
        await scheduler.load(settings.groups)
        await remote.send(configuration, settings.groups)
        lastReload.set((true, .now))
    }

    /// Ends everything in order: no more scrapes and evaluations, then what is to be told, then the server, then the store. A reload that
    /// is under way is waited for; those behind it are refused.
    public func stop() async {
        isEnding.set(true)
        await changes.pass { await end() }
    }

    private func end() async {
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
    func reloadAndWait() -> String? {
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
}
