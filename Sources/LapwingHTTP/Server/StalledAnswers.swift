import Synchronization

/// Answers whose clients take nothing at the moment: each holds a thread and what it answers with.
///
/// When there are too many, the one that has stood still the longest is let go.
final class StalledAnswers: Sendable {
    /// How long a client may take nothing while others are to have its thread.
    static let patience = Duration.seconds(1)

    private struct State {
        var next = 0
        var since: [Int: ContinuousClock.Instant] = [:]
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    func begin(now: ContinuousClock.Instant = .now) -> Int {
        state.withLock { state in
            state.next += 1
            state.since[state.next] = now
            return state.next
        }
    }

    func end(_ number: Int) { state.withLock { _ = $0.since.removeValue(forKey: number) } }

    func mayStay(_ number: Int, now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            guard state.since.count > limit, let since = state.since[number], since + Self.patience <= now else { return true }
            // Numbers rise with time; as many of the oldest have to go as there are too many.
            return state.since.keys.count { $0 < number } >= state.since.count - limit
        }
    }
}
