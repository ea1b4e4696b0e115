import Lapwing
import LapwingHTTP
import LapwingRemote
import LapwingRules
import LapwingSeries
import LapwingStorage
import Synchronization

/// The other servers of a service: the one that rules ask, and those that get its samples.
final class RemoteSide: Sendable {
    private let store: Store
    /// Asks the server that answers rules.
    private let client: any HTTPClient
    private let log: LogWriter
    private let instruments: Instruments
    private let local: any RuleQuerier
    private let writers: RemoteWriters
    /// What may be written by rules, also those that a reload has removed: the end of their series is to be sent too.
    private let ruleMetrics: Latest<Set<String>>
    private let asked = Latest<(settings: DatasourceSettings, querier: any RuleQuerier)?>(nil)
    private let sources = Latest<Sources>(Sources())
    private let described = Mutex<Set<String>>([])

    /// What is sent beside samples.
    private struct Sources: Sendable {
        var metadata: @Sendable () -> [MetricMetadata] = { [] }
        var exemplars: ExemplarStore?
    }

    init(_ store: Store, _ clients: SidecarClients, log: LogWriter, instruments: Instruments, local: any RuleQuerier) {
        let (sources, ruleMetrics) = (sources, Latest<Set<String>>([]))
        self.store = store
        client = clients.datasource
        self.log = log
        self.instruments = instruments
        self.local = local
        self.ruleMetrics = ruleMetrics
        writers = RemoteWriters(notes: store) { settings in
            var surroundings = RemoteWriter.Surroundings(client: clients.remoteWrite, source: store)
            surroundings.notes = store
            surroundings.ruleMetrics = { ruleMetrics.value }
            surroundings.metadata = { sources.value.metadata() }
            surroundings.exemplars = { range in sources.value.exemplars?.select([[]], over: range) ?? [] }
            surroundings.readFile = RuleLoading.secret
            surroundings.observer = { Self.report($0, settings, log, instruments) }
            return surroundings
        }
        store.tellLate(to: { [writers] in writers.noteLate($0) })
    }

    // MARK: Asking

    /// What answers rules: the same object as before where its settings are.
    func querier(_ configuration: SidecarConfiguration) -> any RuleQuerier {
        guard var settings = configuration.datasource else {
            asked.set(nil)
            return local
        }
        settings.timeout = settings.timeout ?? configuration.queryTimeout
        if let asked = asked.value, asked.settings == settings { return asked.querier }
        var surroundings = RemoteAPI.Surroundings(client: client)
        surroundings.readFile = RuleLoading.secret
        let instruments = instruments
        let querier = RemoteQuerier(RemoteAPI(settings, surroundings)) { duration, error in
            instruments.counter("lapwing_datasource_queries_total", help: "Queries that another server was asked.").increment()
            if error != nil { instruments.counter("lapwing_datasource_query_failures_total", help: "Those without an answer.").increment() }
            instruments.histogram("lapwing_datasource_query_duration_seconds", help: "How long answers took, tries and turns included.")
                .observe(duration / .seconds(1))
        }
        asked.set((settings, querier))
        return querier
    }

    // MARK: Sending

    /// Makes these the receivers, from the next samples on.
    func send(_ configuration: SidecarConfiguration, _ groups: [RuleGroup]) async {
        ruleMetrics.set(ruleMetrics.value.union(groups.flatMap { $0.rules.flatMap(\.writtenMetrics) }))
        await writers.apply(configuration.remoteWrites, externalLabels: configuration.externalLabels)
        for writer in writers.all { describe(writer.settings) }
    }

    func stop() async { await writers.stop() }

    private static func report(_ event: RemoteWriter.Event, _ settings: RemoteWriteSettings, _ log: LogWriter, _ instruments: Instruments) {
        let (name, url) = (settings.name, settings.shownURL)
        switch event {
        case .taken(_, let duration):
            instruments.histogram(
                "lapwing_remote_storage_sent_batch_duration_seconds", ["remote_name": name, "url": url],
                help: "How long receivers took for a request."
            ).observe(duration / .seconds(1))
        case .failing(let reason): log.log(.warn, "remote write fails, and is tried again until it is taken", ["url": url, "err": reason])
        case .recovered: log.log(.info, "remote write is taken again", ["url": url])
        case .refused(let samples, let reason):
            log.log(.error, "remote write was refused, its samples are given up", ["url": url, "samples": "\(samples)", "err": reason])
        case .trouble(let reason): log.log(.error, "remote write in trouble", ["url": url, "err": reason])
        }
    }

    // MARK: Telling

    /// Sets what is sent beside samples.
    func describe(metadata: @escaping @Sendable () -> [MetricMetadata], _ exemplars: ExemplarStore) {
        sources.set(Sources(metadata: metadata, exemplars: exemplars))
    }

    private static let counters: [(name: String, help: String, value: @Sendable (RemoteWriteFigures) -> Double)] = [
        ("samples_total", "Samples that the receiver has taken.", { Double($0.samples) }),
        ("histograms_total", "Native histograms that it has taken.", { Double($0.histograms) }),
        ("exemplars_total", "Exemplars that it has taken.", { Double($0.exemplars) }),
        ("metadata_total", "Metadata that it has taken.", { Double($0.metadata) }),
        ("samples_failed_total", "Samples that it would not take.", { Double($0.failed) }),
        ("metadata_failed_total", "Metadata that it has not taken.", { Double($0.metadataFailed) }),
        ("samples_retried_total", "Samples of requests that were tried again.", { Double($0.retried) }),
        ("samples_dropped_total", "Samples passed over: too old, histograms where they are not wanted, too many out of order.", { Double($0.dropped) }),
        ("bytes_total", "Compressed bytes of samples that it has taken.", { Double($0.bytes) }),
        ("metadata_bytes_total", "Compressed bytes of metadata that it has taken.", { Double($0.metadataBytes) }),
    ]

    private static let gauges: [(name: String, help: String, value: @Sendable (RemoteWriteFigures) -> Double)] = [
        ("samples_pending", "Samples that are read and not yet taken.", { Double($0.pending) }),
        ("shards", "Requests that were under way at once in the last round.", { Double($0.shards) }),
        ("shards_min", "The least of them.", { Double($0.queue.minShards) }),
        ("shards_max", "The most of them.", { Double($0.queue.maxShards) }),
        ("shard_capacity", "Samples that are read at once for each.", { Double($0.queue.capacity) }),
        ("max_samples_per_send", "Samples of a request at most.", { Double($0.queue.maxSamplesPerSend) }),
        ("highest_timestamp_in_seconds", "The newest sample that was found.", { Double($0.highestTime ?? 0) / 1000 }),
        ("queue_highest_sent_timestamp_seconds", "The newest sample that was taken.", { Double($0.highestSentTime ?? 0) / 1000 }),
    ]

    private func describe(_ settings: RemoteWriteSettings) {
        guard described.withLock({ $0.insert(settings.key).inserted }) else { return }
        let (writers, key) = (writers, settings.key)
        for (figures, kind) in [(Self.counters, MetricMetadata.Kind.counter), (Self.gauges, .gauge)] {
            for figure in figures {
                instruments.observe(
                    "lapwing_remote_storage_" + figure.name, ["remote_name": settings.name, "url": settings.shownURL], kind: kind, help: figure.help
                ) {
                    writers.all.first { $0.settings.key == key }.map { figure.value($0.figures) } ?? 0
                }
            }
        }
    }
}
