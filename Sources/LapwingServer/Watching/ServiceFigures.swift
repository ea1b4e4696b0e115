import Lapwing
import LapwingAlerting
import LapwingExposition
import LapwingHTTP
import LapwingNotify
import LapwingRules
import LapwingSeries
import LapwingStorage

/// What the service says of itself on the page of metrics, rules aside: Prometheus' names below `lapwing_` where the meaning is
/// the same, read when the page is asked for.
struct ServiceFigures {
    let store: Store
    let exemplars: ExemplarStore
    let scheduler: RuleScheduler
    let scrapes: ScrapeManager
    let notifier: Notifier
    let server: HTTPServer
    let settings: Latest<SidecarSettings>
    let lastReload: Latest<(succeeded: Bool, at: Timestamp)>

    private typealias Figure = (name: String, kind: MetricMetadata.Kind, help: String, value: @Sendable () -> Double)

    func describe(in instruments: Instruments) {
        instruments.gauge("lapwing_build_info", ["version": LapwingVersion.text], help: "Which version runs.").set(1)
        for figure in head + limits + service + answers { instruments.observe(figure.name, kind: figure.kind, help: figure.help, figure.value) }
        for state in [Alert.State.pending, .firing] {
            instruments.observe("lapwing_alerts", ["alertstate": state.rawValue], help: "Alerts by state.") { [scheduler] in Self.count(state, scheduler) }
        }
        describeDisk(in: instruments)
        ProcessFigures.describe(in: instruments, start: Timestamp.now.seconds)
    }

    private var head: [Figure] {
        let (store, exemplars) = (store, exemplars)
        return [
            ("lapwing_tsdb_head_series", .gauge, "Series in the store.", { Double(store.counts.series) }),
            ("lapwing_tsdb_head_series_created_total", .counter, "Series ever made.", { Double(store.turnover.created) }),
            ("lapwing_tsdb_head_series_removed_total", .counter, "Series that retention removed.", { Double(store.turnover.removed) }),
            ("lapwing_tsdb_head_samples", .gauge, "Samples in the store.", { Double(store.counts.samples) }),
            ("lapwing_tsdb_exemplar_exemplars_in_storage", .gauge, "Exemplars that are kept.", { Double(exemplars.count) }),
            (
                "lapwing_tsdb_exemplar_series_with_exemplars_in_storage", .gauge, "Series of which exemplars are kept.",
                { Double(exemplars.seriesCount) }
            ),
        ]
    }

    private var limits: [Figure] {
        let configuration = settings.value.configuration
        let retention = configuration.keptTime ?? .zero
        let (size, series) = (configuration.retentionSize ?? 0, store.options.limits.maximumSeries)
        return [
            ("lapwing_tsdb_head_series_limit", .gauge, "Series that the store takes at most.", { Double(series) }),
            ("lapwing_tsdb_retention_limit_seconds", .gauge, "How long samples are kept; 0 for no limit.", { retention / .seconds(1) }),
            ("lapwing_tsdb_retention_limit_bytes", .gauge, "How many bytes are kept at most; 0 for no limit.", { Double(size) }),
        ]
    }

    private var service: [Figure] {
        let (notifier, scrapes, settings, lastReload) = (notifier, scrapes, settings, lastReload)
        return [
            ("lapwing_notifications_queue_length", .gauge, "Messages and alerts that no receiver has taken yet.", { Double(notifier.pending) }),
            (
                "lapwing_notifications_queue_capacity", .gauge, "Alerts that wait for one Alertmanager at most.",
                { Double(AlertmanagerQueue.capacity) }
            ),
            (
                "lapwing_notifications_alertmanagers_discovered", .gauge, "Alertmanagers that are told.",
                { Double(settings.read { $0.configuration.alertmanagers.count }) }
            ),
            ("lapwing_targets", .gauge, "Targets that are scraped.", { Double(scrapes.activeTargets.count) }),
            ("lapwing_targets_down", .gauge, "Targets whose last scrape failed.", { Double(scrapes.activeTargets.count { $0.health == .down }) }),
            ("lapwing_config_last_reload_successful", .gauge, "Whether the last reload was taken.", { lastReload.value.succeeded ? 1 : 0 }),
            (
                "lapwing_config_last_reload_success_timestamp_seconds", .gauge, "When a configuration was last taken.",
                { lastReload.value.at.seconds }
            ),
        ]
    }

    private var answers: [Figure] {
        let server = server
        return [
            ("lapwing_http_unread_answers", .gauge, "Answers that wait for clients that take nothing.", { Double(server.unreadAnswers.count) }),
            ("lapwing_http_unread_answer_bytes", .gauge, "What those answers hold in memory.", { Double(server.unreadAnswers.bytes) }),
            (
                "lapwing_http_unread_answers_given_up_total", .counter, "Such answers that were given up for others.",
                { Double(server.unreadAnswers.givenUp) }
            ),
        ]
    }

    private func describeDisk(in instruments: Instruments) {
        let store = store
        guard store.diskFigures != nil else { return }
        let figures: [(name: String, kind: MetricMetadata.Kind, help: String, value: @Sendable (Store.DiskFigures) -> Int)] = [
            ("lapwing_tsdb_storage_blocks_bytes", .gauge, "Bytes of the files of sealed chunks.", { $0.segmentBytes }),
            ("lapwing_tsdb_wal_storage_size_bytes", .gauge, "Bytes of the log since the checkpoint.", { $0.logBytes }),
            ("lapwing_tsdb_wal_writes_failed_total", .counter, "Writes and syncs that the disk refused since the start.", { $0.failures }),
            ("lapwing_data_segments", .gauge, "Files of sealed chunks.", { $0.segments }),
            ("lapwing_data_checkpoint_bytes", .gauge, "Bytes of the checkpoint.", { $0.checkpointBytes }),
            ("lapwing_data_log_written_bytes_total", .counter, "Bytes written to the log since the start.", { $0.logBytesWritten }),
            ("lapwing_data_log_records_total", .counter, "Records written to the log since the start.", { $0.logRecords }),
        ]
        for figure in figures {
            instruments.observe(figure.name, kind: figure.kind, help: figure.help) { Double(store.diskFigures.map(figure.value) ?? 0) }
        }
    }

    private static func count(_ state: Alert.State, _ scheduler: RuleScheduler) -> Double {
        Double(scheduler.statuses.reduce(0) { sum, status in
            sum + status.state.rules.reduce(0) { $0 + $1.active.current.count { $0.state == state } }
        })
    }
}
