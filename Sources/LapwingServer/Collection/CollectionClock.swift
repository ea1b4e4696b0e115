public import LapwingSeries
import LapwingSystem

/// The times by which scrapes run: the wall's for samples, a steady one for durations.
public protocol CollectionClock: Sendable {
    /// The wall's time.
    var now: Timestamp { get }

    /// Time since some fixed moment; never goes backwards.
    var uptime: Duration { get }

    /// Returns when the wall's time is `deadline` or later; where it was set back meanwhile, as soon as it would have been.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: Timestamp) async throws

    /// Returns when `duration` has gone by on the steady clock: a time limit does not move with the wall's time.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(for duration: Duration) async throws
}

/// The machine's own clocks.
public struct SystemCollectionClock: CollectionClock {
    public init() {}

    public var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    public var uptime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    /// What is left of a sleep that has ended where the two clocks go at unlike speed; more where one of them was set.
    private static let drift = Duration.milliseconds(100)

    public func sleep(until deadline: Timestamp) async throws {
        var rest = deadline.duration(since: now)
        while rest > .zero {
            try await Task.sleep(for: rest)
            rest = deadline.duration(since: now)
            if rest > Self.drift { return }
        }
        try Task.checkCancellation()
    }

    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
