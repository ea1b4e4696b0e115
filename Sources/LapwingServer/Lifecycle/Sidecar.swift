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

    private let configuration: SidecarConfiguration
    private let log: LogWriter
    private let store: Store
    private let instruments = Instruments()
    private let scheduler: RuleScheduler
    private let scrapes: ScrapeManager
    private let notifier: Notifier
    private let server: HTTPServer
    private let links: Links
    private let retention = Mutex<Task<Void, Never>?>(nil)
    private let demo: DemoService?

    /// What is known only once the server listens.
    private final class Links: Sendable {
        struct State {
            var externalURL: String
            var port: Int
            var reload: @Sendable () -> String?
        }

        let state: Mutex<State>

        init(_ state: State) { self.state = Mutex(state) }
    }

    public init(
        _ configuration: SidecarConfiguration, log: LogWriter, client: any HTTPClient = DefaultHTTPClient(),
        onAlert: @escaping @Sendable (AlertEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.log = log
        let start = Timestamp.now
        let now: @Sendable () -> Timestamp = { .now }
        let links = Links(.init(externalURL: configuration.externalURL ?? "", port: configuration.port, reload: { nil }))
        self.links = links
        let store = Store(
            options: StoreOptions(retention: configuration.retention, outOfOrderWindow: configuration.outOfOrderWindow, clock: now))
        self.store = store
        var notifications = Notifier.Configuration()
        notifications.webhooks = configuration.webhooks
        notifications.alertmanagers = configuration.alertmanagers
        notifications.externalURL = configuration.externalURL ?? "http://\(configuration.host):\(configuration.port)"
        notifications.jitterSeed = UInt64(bitPattern: start.milliseconds)
        let instruments = instruments
        let notifier = Notifier(notifications, client: client, observer: { event in Self.report(event, log, instruments) })
        self.notifier = notifier
        let engine = QueryEngine(configuration.engine)
        let timeout = configuration.queryTimeout
        let environment = RuleEnvironment(
            querier: SourceQuerier(engine: engine, source: store, makeContext: { QueryContext(deadline: .now + timeout) }), sink: store,
            externalLabels: configuration.externalLabels, externalURL: notifications.externalURL,
            defaultInterval: configuration.evaluationInterval)
        let observer = RoundObserver(
            configuration: configuration, externalURL: notifications.externalURL, notifier: notifier, client: client, log: log,
            instruments: instruments, onAlert: onAlert)
        let scheduler = RuleScheduler(environment: environment, observer: { group, outcome in await observer.observe(group, outcome) })
        self.scheduler = scheduler
        let scrapes = ScrapeManager(client: client, sink: store, version: LapwingVersion.text) { event in log.log(.warn, "\(event)") }
        self.scrapes = scrapes
        let routes = APIRoutes(
            queries: QueryEndpoints(engine: engine, source: store, timeout: timeout), series: SeriesEndpoints(source: store),
            rules: RuleEndpoints(scheduler: scheduler),
            targets: TargetEndpoints(
                scrapes: scrapes, externalURL: { links.state.withLock(\.externalURL) }, listenPort: { links.state.withLock(\.port) }),
            status: StatusEndpoints(store: store, scheduler: scheduler, scrapes: scrapes, start: start), instruments: instruments,
            alertmanagers: configuration.alertmanagers, now: now, reload: { links.state.withLock(\.reload)() })
        let router = routes.router()
        server = HTTPServer(configuration: HTTPServerConfiguration(host: configuration.host, port: configuration.port)) {
            router.respond(to: $0)
        }
        demo = configuration.runsDemo ? DemoService() : nil
    }

    // MARK: Life

    /// Loads rules, starts everything, and returns where the server listens.
    ///
    /// - Throws: `RuleLoadingError` for rules that do not load, `SocketError` when the address is not to be had.
    public func start() async throws -> SocketAddress {
        let groups = try loadGroups()
        let address = try server.start()
        links.state.withLock { state in
            if configuration.externalURL == nil { state.externalURL = "http://\(address)" }
            state.port = address.port
            state.reload = { [self] in reloadAndWait() }
        }
        describeSelf()
        var jobs = configuration.scrapes
        if let demo { jobs.append(try demo.start()) }
        for invalid in scrapes.apply(jobs) { log.log(.error, "a target cannot be scraped", ["reason": "\(invalid)"]) }
        await scheduler.load(groups)
        let (store, size) = (store, configuration.retentionSize)
        retention.withLock { task in
            task = Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(60))
                    _ = store.removeExpired(now: .now)
                    if let size { Self.shrink(store, to: size) }
                }
            }
        }
        return address
    }

    /// Removes the oldest tenth of the time that the store holds, until its samples take at most `size` bytes.
    private static func shrink(_ store: Store, to size: Int) {
        for _ in 0..<100 {
            let statistics = store.statistics
            guard statistics.sampleBytes > size, let oldest = statistics.oldest, let newest = statistics.newest, oldest < newest else { return }
            let tenth = max(1, newest.duration(since: oldest).milliseconds / 10)
            _ = store.removeSamples(before: oldest.advanced(byMilliseconds: tenth))
        }
    }

    /// Loads the rules anew, all or nothing.
    public func reload() async throws {
        do {
            let groups = try loadGroups()
            await scheduler.load(groups)
            log.log(.info, "rules reloaded", ["groups": "\(groups.count)"])
        } catch {
            log.log(.error, "rules not reloaded, the running ones stay", ["err": "\(error)"])
            throw error
        }
    }

    /// Ends everything in order: no more scrapes and evaluations, then what is to be told, then the server.
    public func stop() async {
        retention.withLock { $0?.cancel() }
        await scrapes.stop()
        await scheduler.stop()
        await notifier.stop()
        await server.shutdown(grace: .seconds(5))
        demo?.stop()
    }

    private func loadGroups() throws(RuleLoadingError) -> [RuleGroup] {
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
        let (store, scheduler, scrapes, notifier) = (store, scheduler, scrapes, notifier)
        instruments.gauge("lapwing_build_info", ["version": LapwingVersion.text], help: "Which version runs.").set(1)
        instruments.observe("lapwing_head_series", help: "Series in the store.") { Double(store.counts.series) }
        instruments.observe("lapwing_head_samples", help: "Samples in the store.") { Double(store.counts.samples) }
        instruments.observe("lapwing_rule_group_rules", help: "Rules that are evaluated.") {
            Double(scheduler.statuses.reduce(0) { $0 + $1.group.rules.count })
        }
        instruments.observe("lapwing_alerts", ["alertstate": "pending"], help: "Alerts by state.") { Self.count(.pending, scheduler) }
        instruments.observe("lapwing_alerts", ["alertstate": "firing"], help: "Alerts by state.") { Self.count(.firing, scheduler) }
        instruments.observe("lapwing_targets", help: "Targets that are scraped.") { Double(scrapes.activeTargets.count) }
        _ = notifier
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
        }
    }
}
