import Dispatch
import Foundation
import Synchronization

/// Things to do again and again, each after the wait that the time before asked for, and the threads that do them.
///
/// The thread that waits for the next instant does what is due then itself: between two short evaluations nobody else is woken, and
/// on a machine that sleeps meanwhile waking is most of what they cost. Another one looks after the clock while it works: at once
/// where the same work took long before, and after `patience` where it does so unexpectedly.
final class Timetable: Sendable {
    /// Work that took less is not worth waking another thread for.
    static let shortWork = Duration.milliseconds(5)
    /// By how much other work is late at most when short work takes long.
    static let patience = Duration.milliseconds(250)
    /// Threads at most; while all of them are busy what is due waits, the earliest first.
    static let maximumThreads = 256
    /// Threads that wait: one for the next instant, one in reserve. Others end.
    static let waitingThreads = 2

    private struct Entry {
        let body: @Sendable () -> Duration
        var took = Duration.zero
        var isBusy = false
        var isCancelled = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var nextNumber = 0
        var threads = 0
        var busyThreads = 0
        /// The thread that waits for the next instant, and until when.
        var watch: (thread: Int, until: ContinuousClock.Instant)?
        var nextThread = 0
        var hasEnded = false

        /// What waits, the latest first, apart from the entries, so that looking for the next touches none.
        var waiting: [(due: ContinuousClock.Instant, number: Int)] = []

        /// - Complexity: O(things that wait), in memory moved.
        mutating func wait(_ number: Int, until due: ContinuousClock.Instant) {
            var (low, high) = (0, waiting.count)
            while low < high {
                let middle = (low + high) / 2
                if waiting[middle].due > due { low = middle + 1 } else { high = middle }
            }
            waiting.insert((due, number), at: low)
        }
    }

    private enum Step {
        case work(Int, @Sendable () -> Duration)
        case wait(until: ContinuousClock.Instant)
        case end
    }

    private let state = Mutex(State())
    private let maximumThreads: Int
    /// Rung when something is to be done earlier than was known.
    private let bell = DispatchSemaphore(value: 0)

    init(maximumThreads: Int = Timetable.maximumThreads) { self.maximumThreads = max(1, maximumThreads) }

    /// Lets something be done after `wait`.
    ///
    /// - Parameter body: what to do; how long to wait then.
    /// - Returns: what it is known by.
    func add(after wait: Duration, _ body: @escaping @Sendable () -> Duration) -> Int {
        let (number, isFirst) = state.withLock { state in
            state.nextNumber += 1
            state.entries[state.nextNumber] = Entry(body: body)
            state.wait(state.nextNumber, until: .now + wait)
            let isFirst = state.threads == 0
            if isFirst { state.threads = 1 }
            return (state.nextNumber, isFirst)
        }
        if isFirst { start() } else { bell.signal() }
        return number
    }

    /// Lets something not be done any more; what is under way goes on.
    func cancel(_ number: Int) {
        state.withLock { state in
            guard var entry = state.entries.removeValue(forKey: number) else { return }
            entry.isCancelled = true
            if entry.isBusy { state.entries[number] = entry } else { state.waiting.removeAll { $0.number == number } }
        }
    }

    /// Cancels, and waits until it is not under way.
    func end(_ number: Int) async {
        cancel(number)
        await withCheckedContinuation { continuation in
            let isBusy = state.withLock { state in
                state.entries[number]?.waiters.append(continuation)
                return state.entries[number] != nil
            }
            if !isBusy { continuation.resume() }
        }
    }

    /// Lets nothing be done any more, and the threads end.
    func endAll() {
        let threads = state.withLock { state in
            state.hasEnded = true
            return state.threads
        }
        for _ in 0..<threads { bell.signal() }
    }

    // MARK: Threads

    private func start() {
        let thread = state.withLock { state in
            state.nextThread += 1
            return state.nextThread
        }
        Thread.detachNewThread { [self] in
            while true {
                switch step(thread) {
                case .work(let number, let body):
                    let begin = ContinuousClock.now
                    let wait = body()
                    finish(number, began: begin, wait)
                case .wait(let instant):
                    let nanoseconds = max(.zero, instant - .now) / .nanoseconds(1)
                    _ = bell.wait(timeout: .now() + .nanoseconds(Int(min(nanoseconds, 1e18))))
                case .end: return
                }
            }
        }
    }

    /// What a thread does next that has nothing to do.
    private func step(_ thread: Int) -> Step {
        let (step, needsThread, isLong) = state.withLock { state -> (Step, Bool, Bool) in
            if state.watch?.thread == thread { state.watch = nil }
            if state.hasEnded { return (.end, false, false) }
            let (now, next, idle) = (ContinuousClock.now, state.waiting.last, state.threads - state.busyThreads)
            if let next, next.due <= now, let entry = state.entries[next.number] {
                state.waiting.removeLast()
                state.entries[next.number]?.isBusy = true
                state.busyThreads += 1
                let isLast = idle == 1 && state.threads < maximumThreads
                if isLast { state.threads += 1 }
                return (.work(next.number, entry.body), isLast, entry.took >= Self.shortWork)
            }
            let due = next?.due ?? now + .seconds(3600)
            if let watch = state.watch, watch.until <= due {
                if idle > Self.waitingThreads {
                    state.threads -= 1
                    return (.end, false, false)
                }
                return (.wait(until: due + Self.patience), false, false)
            }
            state.watch = (thread, due)
            return (.wait(until: due), false, false)
        }
        if needsThread { start() } else if isLong { bell.signal() }
        return step
    }

    private func finish(_ number: Int, began: ContinuousClock.Instant, _ wait: Duration) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.busyThreads -= 1
            guard var entry = state.entries.removeValue(forKey: number) else { return [] }
            guard !entry.isCancelled else { return entry.waiters }
            let now = ContinuousClock.now
            (entry.isBusy, entry.took) = (false, now - began)
            state.entries[number] = entry
            state.wait(number, until: now + wait)
            return []
        }
        for waiter in waiters { waiter.resume() }
    }
}
