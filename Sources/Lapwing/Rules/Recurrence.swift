import Dispatch
import Synchronization

/// Does something again and again on a thread of a queue, each time after the wait that the time before asked for.
///
/// It holds no thread while it waits. A task that sleeps and hands its work to a queue would change threads twice more each
/// time, which costs more than evaluating a short group.
final class Recurrence: Sendable {
    private struct State {
        let timer: any DispatchSourceTimer
        var isBusy = false
        var isCancelled = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// - Parameter body: what to do; how long to wait then.
    init(on queue: DispatchQueue, after wait: Duration, _ body: @escaping @Sendable () -> Duration) {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        state = Mutex(State(timer: timer))
        state.withLock { state in
            state.timer.setEventHandler { [weak self] in self?.run(body) }
            Self.schedule(state.timer, after: wait)
            state.timer.activate()
        }
    }

    private static func schedule(_ timer: any DispatchSourceTimer, after wait: Duration) {
        let (seconds, attoseconds) = max(.zero, wait).components
        let nanoseconds = min(seconds, 1 << 32) * 1_000_000_000 + attoseconds / 1_000_000_000
        timer.schedule(deadline: .now() + .nanoseconds(Int(nanoseconds)), leeway: .milliseconds(1))
    }

    private func run(_ body: () -> Duration) {
        let isWanted = state.withLock { state in
            state.isBusy = !state.isCancelled
            return state.isBusy
        }
        guard isWanted else { return }
        let wait = body()
        let waiters = state.withLock { state in
            state.isBusy = false
            if !state.isCancelled { Self.schedule(state.timer, after: wait) }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Lets it not be done any more; what is under way goes on.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.timer.cancel()
        }
    }

    /// Cancels, and waits until nothing is under way.
    func end() async {
        cancel()
        await withCheckedContinuation { continuation in
            let isBusy = state.withLock { state in
                if state.isBusy { state.waiters.append(continuation) }
                return state.isBusy
            }
            if !isBusy { continuation.resume() }
        }
    }
}
