import Dispatch
import Lapwing
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Synchronization

/// Keeps a store in order while it runs: syncs its log, writes checkpoints, removes what is older or more than is kept.
///
/// Its work waits for the disk, so it has a thread of its own and holds up nothing that scrapes or answers.
final class DataKeeper: Sendable {
    private let store: Store
    private let configuration: SidecarConfiguration
    private let log: LogWriter
    /// Gives memory back that the C library keeps free.
    private let giveBack: @Sendable () -> Void
    private let now: @Sendable () -> Timestamp
    private let retention: Mutex<RetentionClock>
    /// By the steady clock: what is to be done goes on where the wall's is set back. Rung when all is to end.
    private let alarm = Alarm()
    private let ended = DispatchSemaphore(value: 0)
    private let hasBegun = Mutex(false)
    private let isEnding = Mutex(false)
    /// Seconds until what the disk refused is tried again: writing a checkpoint that does not fit takes what room there is.
    static let pause = 30

    private struct Fault: Sendable {
        /// Told once, and not every second.
        var message: String?
        var retryAt = 0
        /// What the disk said to samples, when it was asked last.
        var refusal: String?
    }

    private let fault = Mutex(Fault())
    init(
        _ store: Store, _ configuration: SidecarConfiguration, _ log: LogWriter, _ instruments: Instruments,
        giveBack: @escaping @Sendable () -> Void = FreedMemory.giveBack, now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.giveBack = giveBack
        self.now = now
        retention = Mutex(RetentionClock(retention: store.options.retention ?? .zero))
        self.store = store
        self.configuration = configuration
        self.log = log
        if store.diskFigures != nil { Self.countCheckpoints(of: store, instruments) }
    }

    private static func countCheckpoints(of store: Store, _ instruments: Instruments) {
        let written = instruments.counter("lapwing_tsdb_checkpoint_creations_total", help: "Checkpoints written since the start.")
        let failed = instruments.counter(
            "lapwing_tsdb_checkpoint_creations_failed_total", help: "Checkpoints that the disk refused since the start.")
        let durations = instruments.histogram(
            "lapwing_tsdb_checkpoint_duration_seconds", help: "What writing a checkpoint takes, and the segment with it.")
        store.tellCheckpoints { isWritten, duration in
            (isWritten ? written : failed).increment()
            if isWritten { durations.observe(duration / .seconds(1)) }
        }
    }

    /// Opens the store that is asked for, and tells what was found.
    static func open(_ configuration: SidecarConfiguration, _ log: LogWriter) throws(StorageError) -> Store {
        let options = StoreOptions(
            retention: configuration.keptTime,
            outOfOrderWindow: configuration.outOfOrderWindow ?? .zero, clock: { .now })
        guard let data = configuration.data else { return Store(options: options) }
        var durability = configuration.durability
        // Retention by size removes whole segments: none is to be much of what is kept.
        if let size = configuration.retentionSize { durability.segmentBytes = min(durability.segmentBytes, size / 8) }
        let (store, report) = try Store.open(data, options: options, durability: durability)
        for damage in report.damages { log.log(.warn, "damaged data", ["what": damage]) }
        log.log(
            .info, "data directory opened",
            [
                "data": data, "series": "\(report.series)", "samples": "\(report.samples)", "segments": "\(report.segments)",
                "log_batches": "\(report.logBatches)", "log_samples": "\(report.logSamples)", "took": "\(report.duration)",
            ])
        return store
    }

    /// Seconds between two looks where there is nothing to compare: each wakes the machine.
    private static let rest = 5

    /// Works until `close`, on a thread of its own: a task that sleeps, and a queue, would wake five.
    func begin() {
        let syncSeconds = max(1, Int(configuration.durability.syncInterval.components.seconds))
        let start = ContinuousClock.now
        let isKept = WorkerThread.begin { [self] in
            var (second, wait) = (0, 1)
            var (syncDue, sweepDue) = (syncSeconds, 1)
            while rest(until: start + .seconds(second + wait)) {
                second = Int((ContinuousClock.now - start).components.seconds)
                let (isSync, isSweep) = (second >= syncDue, second >= sweepDue)
                if isSync { syncDue = second + syncSeconds }
                if isSweep { sweepDue = second + 60 }
                let isMore = keep(second, isSync: isSync, isSweep: isSweep)
                wait = isMore ? 1 : min(Self.rest, syncDue - second)
            }
            ended.signal()
        }
        hasBegun.withLock { $0 = isKept }
        if !isKept { log.log(.error, "the system has no thread to keep the data in order: nothing is synced, checkpointed or removed") }
    }

    /// - Returns: false where all is to end.
    private func rest(until time: ContinuousClock.Instant) -> Bool {
        while !isEnding.withLock({ $0 }) {
            let left = time - .now
            if left <= .zero { return true }
            alarm.set(after: left)
            alarm.wait()
        }
        return false
    }

    /// - Returns: whether there are more segments to compare with their checksums.
    func keep(_ second: Int, isSync: Bool, isSweep: Bool) -> Bool {
        do throws(StorageError) {
            // Removing what is old makes the room that everything else may need.
            if isSweep {
                removeExpired(second)
                if let size = configuration.retentionSize { try store.shrink(to: size) }
                giveBack()
            }
            if isSync { tellRefusal() }
            if second < fault.withLock({ $0.retryAt }) { return false }
            if isSync { try store.sync() }
            if isSweep { store.summarizeChunks() }
            let verified = store.verifyNextSegment()
            if let damage = verified.damage { log.log(.warn, "damaged data", ["what": damage]) }
            try store.checkpointIfDue()
            if fault.withLock({ $0.message.take() }) != nil { log.log(.info, "the data directory is kept again") }
            return verified.isMore
        } catch {
            tell(error, second)
            return false
        }
    }

    private func removeExpired(_ second: Int) {
        let time = retention.withLock { $0.time(now(), newest: store.newestTime, second: second) }
        if let time { store.removeExpired(now: time) }
    }

    private func tell(_ error: StorageError, _ second: Int = 0) {
        let isNew = fault.withLock { fault in
            defer { (fault.message, fault.retryAt) = (error.message, second + Self.pause) }
            return fault.message != error.message
        }
        if isNew { log.log(.error, "the data directory cannot be kept", ["err": error.message]) }
    }

    /// Tells once that the disk takes no samples, and once that it does again: who sends them may be another program.
    func tellRefusal() {
        let refusal = store.diskFigures?.refusal
        let before = fault.withLock { fault in
            defer { fault.refusal = refusal }
            return fault.refusal
        }
        if before == nil, let refusal { log.log(.error, "the disk takes no samples", ["err": refusal]) }
        if before != nil, refusal == nil { log.log(.info, "the disk takes samples again") }
    }

    /// Ends taking samples, with all of them in a checkpoint.
    func close() async {
        await withCheckedContinuation { continuation in
            WorkerThread.start { [self] in
                isEnding.withLock { $0 = true }
                alarm.ring()
                if hasBegun.withLock({ $0 }) { ended.wait() }
                do throws(StorageError) { try store.close() } catch { tell(error) }
                continuation.resume()
            }
        }
    }
}
