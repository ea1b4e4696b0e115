public import LapwingConfiguration
public import LapwingHTTP
public import LapwingSeries
public import LapwingStorage
import Synchronization

/// Runs the scrape loops of all jobs, and says how their targets are doing.
public final class ScrapeManager: Sendable {
    /// What tells loops apart: one page may be scraped by several jobs.
    private struct Key: Hashable {
        var pool: String
        var identity: ScrapeTarget.Identity
    }

    private struct State {
        var loops: [Key: ScrapeLoop] = [:]
        /// Who gives series these labels now, by which one that ended finds out whether its series go on.
        var loopsByLabels: [Labels: ScrapeLoop] = [:]
        var dropped: [DroppedTarget] = []
        var droppedCounts: [String: Int] = [:]
        var pools: [String] = []
        /// Loops of targets that went, until their stale markers are written.
        var endings: [Int: Task<Void, Never>] = [:]
        var nextEnding = 0
        var isStopped = false
    }

    private let surroundings: ScrapeLoop.Surroundings
    private let state = Mutex(State())

    /// - Parameters:
    ///   - version: what `User-Agent` says after `Lapwing/`.
    ///   - seed: sets servers apart that scrape the same targets.
    ///   - observer: is told what is worth a line in a log.
    public init(
        client: any HTTPClient, sink: any SampleSink, exemplars: ExemplarStore = ExemplarStore(),
        clock: any CollectionClock = SystemCollectionClock(), version: String, seed: UInt64 = 0, observer: @escaping @Sendable (ScrapeEvent) -> Void = { _ in }
    ) {
        surroundings = ScrapeLoop.Surroundings(
            client: client, sink: sink, exemplars: exemplars, clock: clock, version: version, seed: seed, observer: observer)
    }

    /// Makes these jobs the ones that are scraped: new targets start, those that are gone end, and those that are
    /// scraped as before go on undisturbed.
    ///
    /// - Returns: targets that cannot be scraped.
    @discardableResult
    public func apply(_ configurations: [ScrapeConfiguration]) -> [InvalidTarget] {
        var invalid: [InvalidTarget] = []
        var targets: [Key: ScrapeTarget] = [:]
        var dropped: [DroppedTarget] = []
        var droppedCounts: [String: Int] = [:]
        var counts: [String: (active: Int, limit: Int)] = [:]
        for configuration in configurations {
            let pool = configuration.jobName
            counts[pool, default: (0, 0)].limit = configuration.targetLimit
            droppedCounts[pool, default: 0] += 0
            for discovery in ScrapeTarget.discover(configuration) {
                switch discovery {
                case .active(let target):
                    let key = Key(pool: pool, identity: target.identity)
                    if targets[key] == nil {
                        targets[key] = target
                        counts[pool]?.active += 1
                    }
                case .dropped(let labels):
                    let limit = configuration.keptDroppedTargets
                    if limit == 0 || droppedCounts[pool, default: 0] < limit {
                        dropped.append(DroppedTarget(pool: pool, discoveredLabels: labels))
                    }
                    droppedCounts[pool, default: 0] += 1
                case .invalid(let reason): invalid.append(InvalidTarget(pool: pool, reason: reason))
                }
            }
        }
        let errors = counts.compactMapValues { count in
            count.limit > 0 && count.active > count.limit
                ? ScrapeError("target_limit exceeded (number of targets: \(count.active), limit: \(count.limit))") : nil
        }
        state.withLock { state in
            guard !state.isStopped else { return }
            state.dropped = dropped
            state.droppedCounts = droppedCounts
            state.pools = counts.keys.sorted()
            replaceLoops(by: targets, errors, in: &state)
        }
        return invalid
    }

    private func replaceLoops(by targets: [Key: ScrapeTarget], _ errors: [String: ScrapeError], in state: inout State) {
        let ended = state.loops.filter { key, loop in targets[key].map { !$0.isScraped(as: loop.target) } ?? true }
        for key in ended.keys { state.loops[key] = nil }
        for (key, target) in targets {
            let loop = state.loops[key] ?? ScrapeLoop(target, surroundings)
            loop.force(errors[key.pool])
            loop.show(target)
            if state.loops.updateValue(loop, forKey: key) == nil { loop.start() }
        }
        state.loopsByLabels = Dictionary(state.loops.values.map { ($0.target.labels, $0) }) { first, _ in first }
        for loop in ended.values { end(loop, in: &state) }
    }

    private func end(_ loop: ScrapeLoop, in state: inout State) {
        loop.cancel()
        let number = state.nextEnding
        state.nextEnding += 1
        state.endings[number] = Task {
            // A sink that is closed or a server that stops leaves nothing more to do.
            try? await loop.writeEndOfRun { self.state.withLock { $0.loopsByLabels[loop.target.labels] } }
            self.state.withLock { $0.endings[number] = nil }
        }
    }

    /// Ends all loops and waits for them.
    ///
    /// No stale markers are written: after a restart the targets are scraped again, and their series go on.
    public func stop() async {
        let (loops, endings) = state.withLock { state in
            state.isStopped = true
            defer { (state.loops, state.loopsByLabels) = ([:], [:]) }
            return (Array(state.loops.values), Array(state.endings.values))
        }
        for loop in loops { loop.cancel() }
        for ending in endings { ending.cancel() }
        for loop in loops { _ = await loop.ended() }
        for ending in endings { await ending.value }
    }

    // MARK: What the API shows

    /// By job and then by URL.
    public var activeTargets: [TargetStatus] {
        let loops = state.withLock { Array($0.loops.values) }
        return loops.map(\.status).sorted {
            ($0.scrapePool, $0.scrapeURL, $0.labels) < ($1.scrapePool, $1.scrapeURL, $1.labels)
        }
    }

    /// In the order in which they were found; as many of a job as `keep_dropped_targets` allows.
    public var droppedTargets: [DroppedTarget] { state.withLock { $0.dropped } }

    /// By job, those that are not kept included.
    public var droppedTargetCounts: [String: Int] { state.withLock { $0.droppedCounts } }

    /// The jobs' names, in order.
    public var pools: [String] { state.withLock { $0.pools } }
}
