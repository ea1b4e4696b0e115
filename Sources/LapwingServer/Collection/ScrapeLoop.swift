import LapwingConfiguration
import LapwingHTTP
import LapwingSeries
import LapwingStorage
import Synchronization

/// One target's scrapes, from its first until it is cancelled.
final class ScrapeLoop: Sendable {
    /// What every loop of a server shares.
    struct Surroundings: Sendable {
        var client: any HTTPClient
        var sink: any SampleSink
        var exemplars: ExemplarStore
        var clock: any CollectionClock
        var version: String
        var seed: UInt64
        var observer: @Sendable (ScrapeEvent) -> Void
    }

    private struct State {
        var status: TargetStatus
        var forcedError: ScrapeError?
        var task: Task<ScrapeSession, Never>?
    }

    let target: ScrapeTarget
    private let surroundings: Surroundings
    private let state: Mutex<State>
    private let schedule: ScrapeSchedule

    init(_ target: ScrapeTarget, _ surroundings: Surroundings) {
        self.target = target
        self.surroundings = surroundings
        state = Mutex(State(status: TargetStatus(target)))
        schedule = ScrapeSchedule(
            interval: target.interval, spread: target.identity.spread, seed: surroundings.seed)
    }

    var status: TargetStatus { state.withLock { $0.status } }

    /// Shows what was found of the target last; it is scraped as before.
    func show(_ target: ScrapeTarget) { state.withLock { $0.status.target = target } }

    /// Makes every scrape fail with `error` instead of asking the target; nil takes that back.
    func force(_ error: ScrapeError?) { state.withLock { $0.forcedError = error } }

    func start() {
        let task = Task { await run() }
        state.withLock { $0.task = task }
    }

    /// Ends the loop; a scrape under way is given up, and no stale markers are written.
    func cancel() { state.withLock { $0.task }?.cancel() }

    /// Waits for the end of a cancelled loop.
    func ended() async -> ScrapeSession? { await state.withLock { $0.task }?.value }

    /// Writes the stale markers of a target that is scraped no longer.
    ///
    /// The target may come back under another configuration. So this waits for two more scrapes and a little, and then
    /// writes them for the time of the first: had it come back, they are out of order and are not taken. One that came
    /// back at a longer interval has its turn later, and is waited for.
    ///
    /// - Parameter successor: the loop that gives its series the same labels now, if there is one.
    func writeEndOfRun(successor: @Sendable () -> ScrapeLoop?) async throws {
        guard let session = await ended(), status.lastScrape != nil else { return }
        let clock = surroundings.clock
        let staleTime = schedule.first(after: clock.now)
        let interval = target.interval
        try await clock.sleep(until: staleTime + interval + interval / 10)
        while let next = successor(), next.status.lastScrape == nil { try await clock.sleep(until: clock.now + next.target.interval / 2) }
        var ending = session
        try ending.end(at: staleTime, into: surroundings.sink)
    }

    private func run() async -> ScrapeSession {
        let clock = surroundings.clock
        let request = target.request(version: surroundings.version)
        var session = ScrapeSession(target, exemplars: surroundings.exemplars)
        var due = schedule.first(after: clock.now)
        while true {
            do { due = try await wait(for: due) } catch { return session }
            let started = clock.now
            let begin = clock.uptime
            let answer = await answer(to: request)
            if Task.isCancelled { return session }
            let took = clock.uptime - begin
            let time = schedule.sampleTime(due: due, now: started)
            let revision = session.metadata.revision
            let outcome = session.take(answer, at: time, elapsed: took, into: surroundings.sink)
            publish(outcome, started: started, took: took)
            if session.metadata.revision != revision {
                let metadata = session.metadata.all
                state.withLock { $0.status.metadata = metadata }
            }
            due = schedule.next(after: due, at: clock.now)
        }
    }

    /// Sleeps until a scrape is due.
    ///
    /// - Returns: when it was due, which is earlier where the clock has been set back.
    private func wait(for due: Timestamp) async throws -> Timestamp {
        let clock = surroundings.clock
        var due = due
        repeat {
            due = schedule.nearest(due, at: clock.now)
            try await clock.sleep(until: due)
        } while clock.now < due
        return due
    }

    private func answer(to request: HTTPClientRequest) async -> ScrapeAnswer {
        if let error = state.withLock({ $0.forcedError }) { return .failure(error) }
        var request = request
        do throws(HTTPCredentialsError) {
            try request.apply(target.configuration.client, readFile: RuleLoading.secret)
        } catch {
            return .failure(ScrapeError("unable to read authorization credentials: \(error.description)"))
        }
        return await ScrapeAnswer.of(request, by: surroundings.client, surroundings.clock)
    }

    private func publish(_ outcome: ScrapeOutcome, started: Timestamp, took: Duration) {
        let before = state.withLock { state in
            defer { state.status.report(outcome, started: started, took: took) }
            return state.status
        }
        if let error = outcome.error {
            if before.lastError != error.message { surroundings.observer(.failed(target, error)) }
        } else if before.health == .down {
            surroundings.observer(.recovered(target))
        }
        if outcome.outOfOrder + outcome.duplicates + outcome.outOfBounds > 0 {
            surroundings.observer(
                .refused(
                    target, outOfOrder: outcome.outOfOrder, duplicates: outcome.duplicates,
                    outOfBounds: outcome.outOfBounds))
        }
    }
}

/// Something about a target that a person may want to read in a log.
public enum ScrapeEvent: Sendable {
    /// Told when the error is another one than last time.
    case failed(ScrapeTarget, ScrapeError)
    case recovered(ScrapeTarget)
    /// Samples that were not taken, by reason.
    case refused(ScrapeTarget, outOfOrder: Int, duplicates: Int, outOfBounds: Int)
}
