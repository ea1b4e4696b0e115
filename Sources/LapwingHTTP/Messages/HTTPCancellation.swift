import Synchronization

/// A flag that becomes true when a handler should stop: the client has gone, the server stops, or the time of a trial is over.
public final class HTTPCancellation: Sendable {
    private struct Trial {
        let clock = ThreadClock()
        let end: Duration
        let deadline: ContinuousClock.Instant

        init(_ time: Duration) {
            end = clock.elapsed + time
            deadline = .now + HTTPCancellation.patience
        }

        var isOver: Bool { clock.elapsed >= end || ContinuousClock.now >= deadline }
    }

    /// How long a trial may take that does not get a processor, or waits.
    private static let patience = Duration.seconds(1)

    private let flag = Atomic<Bool>(false)
    private let isOnTrial = Atomic<Bool>(false)
    private let interrupted = Atomic<Bool>(false)
    private let trial = Mutex<Trial?>(nil)

    public init() {}

    /// - Complexity: two relaxed loads, about 1 ns, and in a trial a look at two clocks; fit to be asked every few thousand samples.
    public var isCancelled: Bool {
        if flag.load(ordering: .relaxed) { return true }
        guard isOnTrial.load(ordering: .relaxed), trial.withLock({ $0?.isOver ?? false }) else { return false }
        interrupted.store(true, ordering: .relaxed)
        return true
    }

    /// Ends a trial that is known to be too short.
    ///
    /// - Returns: whether there was one, so that the handler should stop.
    public func interruptTrial() -> Bool {
        guard isOnTrial.load(ordering: .relaxed) else { return false }
        interrupted.store(true, ordering: .relaxed)
        return true
    }

    public func cancel() { flag.store(true, ordering: .relaxed) }

    /// Whether the handler was told to stop only because its trial is over: it will be called again, and nobody sees its answer.
    public var isInterrupted: Bool { interrupted.load(ordering: .relaxed) && !flag.load(ordering: .relaxed) }

    /// From now on the handler, on this thread, may spend so much time on its processor, and should stop then.
    func beginTrial(_ time: Duration) {
        interrupted.store(false, ordering: .relaxed)
        trial.withLock { $0 = Trial(time) }
        isOnTrial.store(true, ordering: .relaxed)
    }

    func endTrial() { isOnTrial.store(false, ordering: .relaxed) }
}
