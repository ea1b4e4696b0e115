import Dispatch
import LapwingExposition
public import LapwingHTTP
public import LapwingSeries
import Synchronization

/// Sends the samples of a store to one receiver.
///
/// In rounds: what is unsent is read from the store, sent over several requests at once, and then noted as done with. So a receiver
/// that is down costs no memory: what it has not taken stays where it is, and is read when it takes samples again, as far back as
/// the store keeps them. What is done with is in the store's notes, for the process after this one.
public final class RemoteWriter: Sendable {
    /// What the sender has around it.
    public struct Surroundings: Sendable {
        public var client: any HTTPClient
        public var source: any SeriesSource
        public var notes: any NoteKeeper = ForgetfulNoteKeeper()
        /// The metrics that rules write, for a receiver of only those.
        public var ruleMetrics: @Sendable () -> Set<String> = { [] }
        public var metadata: @Sendable () -> [MetricMetadata] = { [] }
        /// Exemplars of a span of time, by series.
        public var exemplars: @Sendable (TimeRange) -> [(series: Labels, exemplars: [Exemplar])] = { _ in [] }
        public var now: @Sendable () -> Timestamp = { .now }
        /// What intervals are measured by: they do not move where the wall's time is set.
        public var instant: @Sendable () -> ContinuousClock.Instant = { .now }
        public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        public var readFile: SecretReader = HTTPCredentials.noFiles
        public var observer: @Sendable (Event) -> Void = { _ in }

        public init(client: any HTTPClient, source: any SeriesSource) {
            self.client = client
            self.source = source
        }
    }

    /// Something worth a line in a log.
    public enum Event: Sendable {
        /// The first failure after requests were taken.
        case failing(String)
        /// Requests are taken again.
        case recovered
        case refused(samples: Int, String)
        case taken(samples: Int, Duration)
        case trouble(String)
    }

    struct State: Sendable {
        var positions: SendingPositions
        /// What came late since the last round was read.
        var late: [LateSample] = []
        var reading: UnsentReading
        var figures: RemoteWriteFigures
        var exemplarTimes: [Labels: Int64] = [:]
        var families: [String: MetricMetadata] = [:]
        /// Nil where they never were: due at once.
        var metadataDue: ContinuousClock.Instant?
        var noteDue: ContinuousClock.Instant?
        var isFailing = false
        var task: Task<Void, Never>?
        var isDone = false
    }

    public let settings: RemoteWriteSettings
    let surroundings: Surroundings
    let state: Mutex<State>
    /// Reading and compressing take their time: not on the threads that everything else waits on.
    let queue = DispatchQueue(label: "lapwing.remote.write", attributes: .concurrent)

    /// What the keys of its notes begin with.
    public static let notePrefix = "remote-write/"
    /// What is done with is noted no more often, but at the end of every round.
    static let noteInterval = Duration.seconds(1)

    /// Takes up what a process before this one has left, or begins with samples from now on.
    public init(_ settings: RemoteWriteSettings, externalLabels: Labels, _ surroundings: Surroundings) {
        self.settings = settings
        self.surroundings = surroundings
        var positions = SendingPositions(beginning: surroundings.now())
        var trouble: String?
        let key = Self.notePrefix + settings.key
        let kept = surroundings.notes.notes(beginning: key).first { $0.key == key }?.value
        if let kept {
            do throws(NoteReader.Malformed) { positions = try SendingPositions(kept) } catch { trouble = "\(error)" }
        }
        state = Mutex(
            State(
                positions: positions, reading: UnsentReading(settings, externalLabels: externalLabels),
                figures: RemoteWriteFigures(settings.queue)))
        if let trouble { surroundings.observer(.trouble("it is not known what was sent before, which is not sent again: \(trouble)")) }
        if kept == nil || trouble != nil { keep() }
    }

    public var figures: RemoteWriteFigures { state.withLock { $0.figures } }

    // MARK: Life

    public func start() {
        state.withLock { state in state.task = state.task ?? Task { await run() } }
    }

    /// Sends what is there, within `grace`, and then no more.
    public func stop(grace: Duration = .seconds(5)) async {
        guard let task = state.withLock({ $0.task }) else { return }
        task.cancel()
        let deadline = ContinuousClock.now + grace
        while !state.withLock({ $0.isDone }), ContinuousClock.now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
    }

    private func run() async {
        while !Task.isCancelled {
            let begun = surroundings.instant()
            let isMore = await round()
            await sendMetadata()
            let wait = settings.queue.batchSendDeadline - (surroundings.instant() - begun)
            if !isMore, wait > .zero { try? await surroundings.sleep(wait) }
        }
        // What came last, the end of series above all.
        _ = await round()
        state.withLock { $0.isDone = true }
    }

    /// Takes notice of samples that came out of order, which the next round sends.
    public func noteLate(_ samples: [LateSample]) {
        state.withLock { state in
            let room = max(0, SendingPositions.maximumLate - state.late.count)
            state.late += samples.prefix(room)
            state.figures.dropped += max(0, samples.count - room)
        }
    }

    // MARK: Rounds

    /// Sends what is unsent.
    ///
    /// - Returns: whether there is more at once.
    func round() async -> Bool {
        let round = await onQueue { self.read() }
        guard let round else { return false }
        let shards = SendingShard.shards(of: round.series, settings.queue)
        state.withLock { state in
            state.figures.shards = shards.count
            state.figures.pending = round.samples
            state.figures.dropped += round.dropped
            if round.latest > .min { state.figures.highestTime = max(state.figures.highestTime ?? .min, round.latest) }
        }
        let isWhole = await withTaskGroup(of: Bool.self) { group in
            for shard in shards { group.addTask { await self.send(shard) } }
            return await group.reduce(true) { $0 && $1 }
        }
        guard isWhole else { return false }
        let isNews = !shards.isEmpty || round.isCut
        if let frontier = round.frontier { state.withLock { $0.positions.frontier = frontier } }
        if isNews { keep() }
        return round.isCut
    }

    private func read() -> UnsentReading.Round? {
        let now = surroundings.now()
        takeLate()
        let scope = settings.sendsRulesOnly ? UnsentReading.Scope.metrics(surroundings.ruleMetrics()) : .all
        var (reading, positions, exemplars) = state.withLock { state in
            (state.reading, state.positions, settings.sendsExemplars ? unsentExemplars(&state) : [:])
        }
        do throws(ReadError) {
            let before = exemplars
            let round = try reading.round(surroundings.source, scope, &positions, &exemplars, at: now)
            // Nobody else changes them between two rounds.
            state.withLock { state in
                (state.reading, state.positions) = (reading, positions)
                for (series, taken) in before where exemplars[series] == nil { state.exemplarTimes[series] = taken.last?.time }
            }
            return round
        } catch {
            surroundings.observer(.trouble("samples cannot be read: \(error)"))
            return nil
        }
    }

    /// Late samples are in the note before they are sent: nothing else tells the process after this one of them.
    private func takeLate() {
        let isNews = state.withLock { state in
            for sample in state.late where !state.positions.add(sample) { state.figures.dropped += 1 }
            defer { state.late = [] }
            return !state.late.isEmpty
        }
        if isNews { keep() }
    }

    /// Exemplars that came since the last round, by series.
    private func unsentExemplars(_ state: inout State) -> [Labels: [Exemplar]] {
        let span = TimeRange(start: max(state.positions.beginning, state.positions.frontier - UnsentReading.slice), end: .distantFuture)
        var unsent: [Labels: [Exemplar]] = [:]
        var times: [Labels: Int64] = [:]
        for (series, exemplars) in surroundings.exemplars(span) {
            times[series] = state.exemplarTimes[series]
            let fresh = exemplars.filter { $0.time > state.exemplarTimes[series] ?? .min }
            if !fresh.isEmpty { unsent[series] = fresh }
        }
        state.exemplarTimes = times
        return unsent
    }

    /// Sends a shard's batches.
    ///
    /// - Returns: whether all are done with; not, when the sender is told to end while its receiver takes nothing.
    private func send(_ shard: SendingShard) async -> Bool {
        var shard = shard
        while let batch = shard.next {
            if Task.isCancelled, shard.failures > 0 { return false }
            if shard.pause > .zero { try? await surroundings.sleep(shard.pause) }
            let begun = surroundings.instant()
            let body = await onQueue { self.body(of: batch) }
            let outcome = await post(body, settings.version)
            let taken = surroundings.instant() - begun
            switch shard.completed(outcome) {
            case .done(let batch, nil):
                finish(batch, bytes: body.count)
                tellRecovery()
                surroundings.observer(.taken(samples: batch.count, taken))
            case .done(let batch, let refusal?):
                finish(batch, isRefused: true)
                surroundings.observer(.refused(samples: batch.count, refusal))
            case .again(_, let reason):
                state.withLock { $0.figures.retried += batch.count }
                tellFailure(reason)
            case .cut: break
            }
        }
        return true
    }

    /// Notes that a batch is done with.
    private func finish(_ batch: SendingBatch, bytes: Int = 0, isRefused: Bool = false) {
        let now = surroundings.instant()
        let isNoteDue = state.withLock { state in
            for one in batch.series {
                state.positions.advance(one.reference, to: one.lastTime)
                state.positions.finishLate(one.reference, one.series.samples)
            }
            state.figures.finish(batch, bytes: bytes, isRefused: isRefused)
            if let due = state.noteDue, now < due { return false }
            state.noteDue = now + Self.noteInterval
            return true
        }
        if isNoteDue { keep() }
    }

    private func keep() {
        let key = Self.notePrefix + settings.key
        do throws(AppendError) {
            // Within the lock, so that an older note does not come after a newer one.
            try state.withLock { (state) throws(AppendError) in try surroundings.notes.setNotes([Note(key, state.positions.note)]) }
        } catch {
            surroundings.observer(.trouble("what was sent cannot be noted: \(error)"))
        }
    }

    private func tellFailure(_ reason: String) {
        let isNew = state.withLock { state in
            defer { state.isFailing = true }
            return !state.isFailing
        }
        if isNew { surroundings.observer(.failing(reason)) }
    }

    private func tellRecovery() {
        let wasFailing = state.withLock { state in
            defer { state.isFailing = false }
            return state.isFailing
        }
        if wasFailing { surroundings.observer(.recovered) }
    }

    private func onQueue<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: work()) } }
    }
}
