import Dispatch
import LapwingSeries
import LapwingStorage
import Synchronization

/// Keeps a store in order while it runs: syncs its log, writes checkpoints, removes what is older or more than is kept.
///
/// Its work waits for the disk, so it has a queue of its own and holds up nothing that scrapes or answers.
final class DataKeeper: Sendable {
    private let store: Store
    private let configuration: SidecarConfiguration
    private let log: LogWriter
    private let queue = DispatchQueue(label: "lapwing.data")
    /// What went wrong the last time, so that a full disk is told once and not every second.
    private let lastFault = Mutex<String?>(nil)

    init(_ store: Store, _ configuration: SidecarConfiguration, _ log: LogWriter) {
        self.store = store
        self.configuration = configuration
        self.log = log
    }

    /// Opens the store that is asked for, and tells what was found.
    static func open(_ configuration: SidecarConfiguration, _ log: LogWriter) throws(StorageError) -> Store {
        let options = StoreOptions(
            retention: configuration.retention, outOfOrderWindow: configuration.outOfOrderWindow, clock: { .now })
        guard let data = configuration.data else { return Store(options: options) }
        let (store, report) = try Store.open(data, options: options, durability: configuration.durability)
        for damage in report.damages { log.log(.warn, "damaged data", ["what": damage]) }
        log.log(
            .info, "data directory opened",
            [
                "data": data, "series": "\(report.series)", "samples": "\(report.samples)", "segments": "\(report.segments)",
                "log_batches": "\(report.logBatches)", "log_samples": "\(report.logSamples)", "took": "\(report.duration)",
            ])
        return store
    }

    /// Works until the task is cancelled.
    func run() async {
        var second = 0
        let syncSeconds = max(1, Int(configuration.durability.syncInterval.components.seconds))
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            second += 1
            let (isSync, isSweep) = (second % syncSeconds == 0, second % 60 == 0)
            await onQueue { [self] in keep(isSync: isSync, isSweep: isSweep) }
        }
    }

    private func keep(isSync: Bool, isSweep: Bool) {
        do throws(StorageError) {
            if isSync { try store.sync() }
            if isSweep {
                _ = store.removeExpired(now: .now)
                if let size = configuration.retentionSize { try store.shrink(to: size) }
            }
            try store.checkpointIfDue()
            if lastFault.withLock({ $0.take() }) != nil { log.log(.info, "the data directory is kept again") }
        } catch {
            tell(error)
        }
    }

    private func tell(_ error: StorageError) {
        let isNew = lastFault.withLock { last in
            defer { last = error.message }
            return last != error.message
        }
        if isNew { log.log(.error, "the data directory cannot be kept", ["err": error.message]) }
    }

    /// Ends taking samples, with all of them in a checkpoint.
    func close() async {
        await onQueue { [self] in
            do throws(StorageError) { try store.close() } catch { tell(error) }
        }
    }

    private func onQueue(_ work: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            queue.async {
                work()
                continuation.resume()
            }
        }
    }
}
