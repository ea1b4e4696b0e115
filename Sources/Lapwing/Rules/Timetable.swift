import LapwingHTTP
import Synchronization

/// Things to do again and again, each after the wait that the time before asked for, and the threads that do them.
///
/// The thread that an instant wakes does what is due then itself, and nobody else is woken: on a machine that sleeps meanwhile waking
/// is most of what short evaluations cost. While it works the alarm is set for another: for the next instant where the same work took
/// long before, and otherwise `patience` away, which short work never comes to.
final class Timetable: Sendable {
    /// Work that took less is not worth waking another thread for.
    static let shortWork = Duration.milliseconds(5)
    /// By how much other work is late at most when short work takes long.
    static let patience = Duration.milliseconds(250)
    /// What is due so soon after something else is waited for with it: instants are known to the millisecond, and the waits for one begin
    /// at any part of it.
    static let together = Duration.milliseconds(1)
    /// Threads at most; while all of them are busy what is due waits, the earliest first.
    static let maximumThreads = 256
    /// Threads that wait: one of them wakes for the next instant, one stands by. Others end.
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
        /// When one of those that wait is woken.
        var alarmTime: ContinuousClock.Instant?
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

        /// When to wake for what is due next, and for all that is due a little later.
        ///
        /// - Complexity: O(things that are due then).
        var wakeTime: ContinuousClock.Instant? {
            guard let first = waiting.last?.due else { return nil }
            return waiting.reversed().prefix { $0.due <= first + Timetable.together }.last?.due
        }
    }

    private enum Step {
        case work(Int, @Sendable () -> Duration)
        case wait
        case end
    }

    private let state = Mutex(State())
    private let maximumThreads: Int
    /// Set with the state's lock.
    private let alarm = Alarm()

    init(maximumThreads: Int = Timetable.maximumThreads) { self.maximumThreads = max(1, maximumThreads) }

    /// Lets something be done after `wait`.
    ///
    /// - Parameter body: what to do; how long to wait then.
    /// - Returns: what it is known by.
    func add(after wait: Duration, _ body: @escaping @Sendable () -> Duration) -> Int {
        let (number, isFirst) = state.withLock { state in
            state.nextNumber += 1
            let due = ContinuousClock.now + wait
            state.entries[state.nextNumber] = Entry(body: body)
            state.wait(state.nextNumber, until: due)
            if state.alarmTime.map({ due < $0 }) ?? true { setAlarm(&state, due) }
            let isFirst = state.threads == 0
            if isFirst { state.threads = 1 }
            return (state.nextNumber, isFirst)
        }
        if isFirst { start() }
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

    /// Whether something is not to be done any more; for what is under way, to be short.
    func isCancelled(_ number: Int) -> Bool { state.withLock { $0.hasEnded || $0.entries[number]?.isCancelled ?? true } }

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
        state.withLock { $0.hasEnded = true }
        alarm.ring()
    }

    // MARK: Threads

    private func start() {
        let hasBegun = WorkerThread.begin { [self] in
            var hasWaited = false
            while true {
                switch step(hasWaited: hasWaited) {
                case .work(let number, let body):
                    let begin = ContinuousClock.now
                    let wait = body()
                    finish(number, began: begin, wait)
                    hasWaited = false
                case .wait:
                    alarm.wait()
                    hasWaited = true
                case .end:
                    // The next one finds that all is over, too.
                    if state.withLock({ $0.hasEnded }) { alarm.ring() }
                    return
                }
            }
        }
        // The system has no more: those that are there go on, and ask again.
        if !hasBegun { state.withLock { $0.threads -= 1 } }
    }

    /// What a thread does next that has nothing to do.
    ///
    /// - Parameter hasWaited: whether the alarm may have gone off for it, and nobody else will wake.
    private func step(hasWaited: Bool) -> Step {
        let (step, needsThread) = state.withLock { state -> (Step, Bool) in
            if state.hasEnded { return (.end, false) }
            if hasWaited { state.alarmTime = nil }
            let (now, idle) = (ContinuousClock.now, state.threads - state.busyThreads)
            if let next = state.waiting.last, next.due <= now, let entry = state.entries[next.number] {
                state.waiting.removeLast()
                state.entries[next.number]?.isBusy = true
                state.busyThreads += 1
                watch(&state, isLong: entry.took >= Self.shortWork, now)
                let isLast = idle == 1 && state.threads < maximumThreads
                if isLast { state.threads += 1 }
                return (.work(next.number, entry.body), isLast)
            }
            let wakeTime = state.wakeTime
            if state.alarmTime != wakeTime { setAlarm(&state, wakeTime) }
            if idle <= Self.waitingThreads { return (.wait, false) }
            state.threads -= 1
            return (.end, false)
        }
        if needsThread { start() }
        return step
    }

    /// Sets the alarm for somebody else, since this thread works from now on.
    private func watch(_ state: inout State, isLong: Bool, _ now: ContinuousClock.Instant) {
        guard let due = state.waiting.last?.due else { return setAlarm(&state, nil) }
        if isLong { return setAlarm(&state, due) }
        // One that comes a little before serves as well, and several things that are due together set it once.
        if let alarmTime = state.alarmTime, alarmTime > now { return }
        setAlarm(&state, max(due, now + Self.patience))
    }

    private func setAlarm(_ state: inout State, _ time: ContinuousClock.Instant?) {
        state.alarmTime = time
        alarm.set(after: time.map { $0 - .now })
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
