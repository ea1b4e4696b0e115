import LapwingSeries
import Synchronization

@testable import LapwingServer

/// A clock that stands still until it is moved, and knows who sleeps by it.
final class SimulatedClock: CollectionClock {
    private struct Sleeper {
        var deadline: Int64
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Int64
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
        var nextNumber = 0
    }

    private let state: Mutex<State>

    init(_ now: Int64 = 0) { state = Mutex(State(now: now)) }

    var now: Timestamp { Timestamp(milliseconds: state.withLock { $0.now }) }
    var uptime: Duration { .milliseconds(state.withLock { $0.now }) }

    func sleep(until deadline: Timestamp) async throws {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
                    if deadline.milliseconds <= state.now { return .success(()) }
                    state.sleepers[number] = Sleeper(deadline: deadline.milliseconds, continuation: continuation)
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

    /// Moves on to `time`, waking sleepers one after another; after each, waits until `resting` of them sleep again.
    func advance(to time: Int64, resting count: Int) async {
        await settle(count)
        while let sleeper = takeNext(until: time) {
            sleeper.continuation.resume()
            await settle(count)
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

    /// Lets others run until `count` of them sleep and no other is waking, as far as 200 turns can tell.
    func settle(_ count: Int) async {
        var quiet = 0
        for _ in 0..<20_000 where quiet < 200 {
            quiet = state.withLock { $0.sleepers.count } == count ? quiet + 1 : 0
            await Task.yield()
        }
    }
}
