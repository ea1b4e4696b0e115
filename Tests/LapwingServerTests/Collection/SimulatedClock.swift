import LapwingSeries
import Synchronization

@testable import LapwingServer

/// A clock that stands still until it is moved, and knows who sleeps by it.
final class SimulatedClock: CollectionClock {
    private struct Sleeper {
        var deadline: Int64
        /// Whether this is a time limit on something else that somebody waits for.
        var isLimit: Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        /// Of the steady clock.
        var now: Int64
        /// How far the wall's is behind it.
        var behind: Int64 = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        /// Waits that only a time limit ends.
        var waits: Set<Int> = []
        var nextNumber = 0

        mutating func number() -> Int {
            nextNumber += 1
            return nextNumber
        }

        /// Those who can go on only when the clock moves: they sleep, or wait for what will not come until their limit.
        ///
        /// A limit counts for nothing on its own, since what it limits may be on its way.
        var resting: Int {
            let limits = sleepers.values.count { $0.isLimit }
            return sleepers.count - limits + min(limits, waits.count)
        }
    }

    private let state: Mutex<State>

    init(_ now: Int64 = 0) { state = Mutex(State(now: now)) }

    var now: Timestamp { Timestamp(milliseconds: state.withLock { $0.now - $0.behind }) }
    var uptime: Duration { .milliseconds(state.withLock { $0.now }) }

    func sleep(until deadline: Timestamp) async throws {
        try await sleep(until: deadline.milliseconds + state.withLock { $0.behind }, isLimit: false)
    }

    func sleep(for duration: Duration) async throws {
        try await sleep(until: (uptime + duration).milliseconds, isLimit: true)
    }

    /// Sets the wall's clock back; who sleeps wakes no later for it.
    func setBack(by milliseconds: Int64) { state.withLock { $0.behind += milliseconds } }

    private func sleep(until deadline: Int64, isLimit: Bool) async throws {
        let number = state.withLock { $0.number() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[number] = Sleeper(deadline: deadline, isLimit: isLimit, continuation: continuation)
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: number)
                if sleeper == nil { state.cancelled.insert(number) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// From here until `endWaiting` somebody waits for what never comes.
    func beginWaiting() -> Int {
        state.withLock { state in
            let number = state.number()
            state.waits.insert(number)
            return number
        }
    }

    func endWaiting(_ number: Int) { state.withLock { _ = $0.waits.remove(number) } }

    /// Moves on to `time` of the steady clock, waking sleepers one after another; after each, waits until exactly `count` rest again.
    ///
    /// Nothing here is a guess about how far others have come: the clock stands while one of them is at work, however
    /// slow the machine.
    func advance(to time: Int64, resting count: Int) async {
        while !Task.isCancelled, state.withLock({ $0.resting }) < count { await Task.yield() }
        while let sleeper = takeNext(until: time) {
            sleeper.continuation.resume()
            while !Task.isCancelled, state.withLock({ $0.resting }) != count { await Task.yield() }
        }
        state.withLock { $0.now = max($0.now, time) }
    }

    private func takeNext(until time: Int64) -> Sleeper? {
        state.withLock { state in
            let next = state.sleepers.min { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
            guard let next, next.value.deadline <= time else { return nil }
            state.sleepers[next.key] = nil
            state.now = max(state.now, next.value.deadline)
            return next.value
        }
    }
}
