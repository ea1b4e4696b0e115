import Dispatch
import Synchronization

/// A bounded number of threads that run blocking work in the order in which it came, started as they are needed.
///
/// Swift's own pool must not be blocked: it has one thread a core, and everything `async` waits for it.
final class WorkerPool: Sendable {
    typealias Work = @Sendable () -> Void

    private struct State {
        var waiting = WaitingLine<Work>()
        var idleCount = 0
        var threadCount = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private let maxThreads: Int
    private let stackBytes: Int
    private let givesWay: Bool
    /// A thread without work for so long ends.
    private static let idleLifetime = Duration.seconds(60)

    /// - Parameter givesWay: whether the threads get less of a processor that others want too.
    init(maxThreads: Int, stackBytes: Int = WorkerThread.stackBytes, givesWay: Bool = false) {
        self.maxThreads = max(1, maxThreads)
        self.stackBytes = stackBytes
        self.givesWay = givesWay
    }

    /// Runs `work` on one of the threads, at once or when one is free.
    func run(_ work: @escaping Work) {
        let call = state.withLock { state in
            state.waiting.append(work)
            if state.idleCount > 0 {
                state.idleCount -= 1
                return Call.wake
            }
            guard state.threadCount < maxThreads else { return .wait }
            state.threadCount += 1
            return .start
        }
        // Out of the lock, which the thread takes first of all.
        switch call {
        case .wake: signal.signal()
        case .start:
            let hasBegun = WorkerThread.begin(stackBytes: stackBytes) {
                if self.givesWay { WorkerThread.giveWay() }
                self.workUntilIdle()
            }
            if !hasBegun { goOnWithFewer() }
        case .wait: break
        }
    }

    /// The system has no more threads: those that are there take up what waits; where there are none, it is done here.
    private func goOnWithFewer() {
        let mustWork = state.withLock { state in
            state.threadCount -= 1
            return state.threadCount == 0
        }
        while mustWork, let work = state.withLock({ $0.waiting.takeFirst() }) { work() }
    }

    private enum Call {
        case wake
        case start
        case wait
    }

    /// Lets the threads end once the work that waits is done; work given later is still run.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for _ in 0..<state.idleCount { signal.signal() }
            state.idleCount = 0
        }
    }

    private enum Next {
        case work(Work)
        case wait
        case end
    }

    private func workUntilIdle() {
        let wait = DispatchTimeInterval.milliseconds(Int(Socket.milliseconds(Self.idleLifetime)))
        while true {
            switch next() {
            case .work(let work):
                work()
            case .end:
                return
            case .wait:
                guard signal.wait(timeout: .now() + wait) == .timedOut else { continue }
                // Whoever gave work in this moment counted this thread as idle and has signalled it: take that up.
                let mayEnd = state.withLock { state in
                    guard state.idleCount > 0 else { return false }
                    state.idleCount -= 1
                    state.threadCount -= 1
                    return true
                }
                if mayEnd { return }
                signal.wait()
            }
        }
    }

    private func next() -> Next {
        state.withLock { state in
            if let work = state.waiting.takeFirst() { return .work(work) }
            if state.isClosed {
                state.threadCount -= 1
                return .end
            }
            state.idleCount += 1
            return .wait
        }
    }
}
