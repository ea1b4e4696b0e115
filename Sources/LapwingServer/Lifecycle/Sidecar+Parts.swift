import Lapwing
import LapwingHTTP
import LapwingNotify
import LapwingPromQL
import LapwingRemote
import LapwingRules
import LapwingSeries
import LapwingStorage

/// How each part is made of what the service was told.
extension Sidecar {
    static func listening(_ configuration: SidecarConfiguration, _ gate: WebGuard, _ log: LogWriter) -> HTTPServerConfiguration {
        var listening = HTTPServerConfiguration(host: configuration.host, port: configuration.port)
        listening.pathPrefix = configuration.pathPrefix
        listening.lane = { RequestLanes.lane(of: $0, gate) }
        listening.caller = WebGuard.user
        listening.gate = { $0.isCancelled ? APIError(QueryError.cancelled).response : gate.refusal(of: $0) }
        let unread = SeldomLog(log, .warn, "answers that their clients do not read are given up for others")
        listening.onAnswerGivenUp = { unread.tell([("path", $0.path), ("client", $0.remoteAddress)]) }
        listening.bodyLimit = RequestLanes.bodyLimit
        listening.largeBodyBytes = RequestLanes.largeWrite
        return listening
    }

    static func querier(_ configuration: SidecarConfiguration, _ store: Store) -> SourceQuerier {
        let timeout = configuration.queryTimeout
        return SourceQuerier(
            engine: QueryEngine(configuration.engine), source: store, makeContext: { QueryContext(deadline: .now + timeout) })
    }

    static func environment(
        _ configuration: SidecarConfiguration, _ querier: any RuleQuerier, _ sink: any SampleSink
    ) -> RuleEnvironment {
        RuleEnvironment(
            querier: querier, sink: sink, externalLabels: configuration.externalLabels, externalURL: configuration.externalURL ?? "",
            defaultInterval: configuration.evaluationInterval ?? SidecarConfiguration.standardInterval)
    }

    static func notifier(
        _ configuration: SidecarConfiguration, _ store: Store, _ log: LogWriter, _ client: any HTTPClient, _ instruments: Instruments
    ) -> Notifier {
        let durations = instruments.histogram("lapwing_notifications_latency_seconds", help: "How long receivers take to answer.")
        var surroundings = Notifier.Surroundings(client: MeasuredClient(client: client, durations: durations))
        surroundings.notes = store
        surroundings.readFile = RuleLoading.secret
        let report = NotificationReport(log: log, instruments: instruments)
        surroundings.observer = { report.report($0) }
        return Notifier(notifications(configuration, report), surroundings)
    }

    static func notifications(_ configuration: SidecarConfiguration, _ report: NotificationReport) -> Notifier.Configuration {
        var notifications = Notifier.Configuration()
        notifications.webhooks = configuration.webhooks
        notifications.alertmanagers = configuration.alertmanagers
        notifications.relabeling = configuration.alertRelabeling
        notifications.externalURL = configuration.externalURL ?? ""
        notifications.jitterSeed = UInt64(bitPattern: Timestamp.now.milliseconds)
        notifications.outageTolerance = configuration.restart.outageTolerance
        report.expect(notifications)
        return notifications
    }

    static func report(_ event: ScrapeEvent, _ log: LogWriter) {
        switch event {
        case .failed(let target, let error): log.log(.warn, "scrape failed", ["target": target.url, "err": "\(error)"])
        case .recovered(let target): log.log(.info, "scrape works again", ["target": target.url])
        case .refused(let target, let outOfOrder, let duplicates, let outOfBounds):
            log.log(
                .warn, "samples of a scrape were left out",
                ["target": target.url, "out_of_order": "\(outOfOrder)", "duplicates": "\(duplicates)", "out_of_bounds": "\(outOfBounds)"])
        }
    }

    func routes() -> APIRoutes {
        let configuration = settings.value.configuration
        let (externalURL, writing) = (configuration.externalURL ?? "", PiecewiseSink(sink: sink))
        let externalLabels: @Sendable () -> Labels = { [settings] in settings.read { $0.configuration.externalLabels } }
        return APIRoutes(
            queries: QueryEndpoints(
                engine: QueryEngine(configuration.engine), source: store, timeout: configuration.queryTimeout),
            series: SeriesEndpoints(source: store), rules: RuleEndpoints(scheduler: scheduler),
            targets: TargetEndpoints(scrapes: scrapes, written: metadata, externalURL: externalURL, listenPort: address.port),
            status: StatusEndpoints(store: store, scheduler: scheduler, scrapes: scrapes, start: .now),
            writes: WriteEndpoint(sink: writing, exemplars: exemplars, metadata: metadata),
            imports: ImportEndpoint(sink: writing, exemplars: exemplars),
            telemetry: OpenTelemetryEndpoint(sink: writing, exemplars: exemplars, metadata: metadata),
            exemplars: ExemplarEndpoint(exemplars: exemplars),
            federation: FederationEndpoint(
                source: store, lookbackDelta: configuration.engine.lookbackDelta, externalLabels: externalLabels),
            runtime: RuntimeEndpoints(
                start: .now, flags: configuration.heldFlags, retention: configuration.shownRetention, lastReload: { [lastReload] in lastReload.value }),
            instruments: instruments,
            history: HistoryEndpoint(notifier: notifier),
            explanations: ExplainEndpoint(
                scheduler: scheduler, source: store, firstSample: { [store] in store.statistics.oldest },
                interval: configuration.evaluationInterval ?? SidecarConfiguration.standardInterval,
                externalLabels: externalLabels, externalURL: externalURL, timeout: configuration.queryTimeout),
            alertmanagers: { [settings] in settings.read { $0.configuration.alertmanagers.map { HTTPURL.shown($0.endpoint) } } },
            shownConfiguration: { [settings] in settings.read { $0.shownText } },
            now: { .now }, reload: { [weak self] in self?.reloadAndWait() })
    }

    /// Names everything that the page of metrics shows of the service.
    func describeSelf() {
        let figures = ServiceFigures(
            store: store, exemplars: exemplars, scheduler: scheduler, scrapes: scrapes, notifier: notifier, server: server, settings: settings,
            lastReload: lastReload)
        figures.describe(in: instruments)
        remote.describe(metadata: { [metadata, scrapes] in scrapes.activeTargets.flatMap(\.metadata) + metadata.all }, exemplars)
        RuleFigures.describe(scheduler, in: instruments)
    }
}
