import Synchronization

/// Answers whose clients take nothing at the moment: each holds a thread and what it answers with.
///
/// From half of what may stand still on, or of what those answers may hold together, the oldest are let go that have stood still for
/// a while; beyond all of it the oldest at once.
final class StalledAnswers: Sendable {
    private struct State {
        var next = 0
        var answers: [Int: (since: ContinuousClock.Instant, bytes: Int)] = [:]
        var bytes = 0
        var givenUp = 0
    }

    private let limit: Int
    private let maxBytes: Int
    private let patience: Duration
    private let state = Mutex(State())

    /// - Parameter patience: how long a client may take nothing, from half of the limits on.
    init(limit: Int, maxBytes: Int, patience: Duration) {
        self.limit = limit
        self.maxBytes = maxBytes
        self.patience = patience
    }

    func begin(holding bytes: Int = 0, now: ContinuousClock.Instant = .now) -> Int {
        state.withLock { state in
            state.next += 1
            state.bytes += bytes
            state.answers[state.next] = (now, bytes)
            return state.next
        }
    }

    func end(_ number: Int) {
        state.withLock { state in
            if let answer = state.answers.removeValue(forKey: number) { state.bytes -= answer.bytes }
        }
    }

    /// Whether all that stand still may: else nobody else is to begin in the place of one of them.
    var hasRoom: Bool { state.withLock { isWithin(1, $0.answers.count, $0.bytes) } }

    /// - Complexity: O(1) within the limits, beyond them O(answers that stand still).
    func mayStay(_ number: Int, now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            guard !isWithin(2, state.answers.count, state.bytes), let answer = state.answers[number] else { return true }
            // Numbers rise with time: whether there are still too many, or too much, when all that are older have gone.
            let left = state.answers.filter { $0.key >= number }
            let mayStay = isWithin(answer.since + patience <= now ? 2 : 1, left.count, left.values.reduce(0) { $0 + $1.bytes })
            if !mayStay { state.givenUp += 1 }
            return mayStay
        }
    }

    /// Whether so many with so many bytes are within one of so many parts of what may be.
    private func isWithin(_ parts: Int, _ count: Int, _ bytes: Int) -> Bool { count <= limit / parts && bytes <= maxBytes / parts }

    /// Those that stand still, what they hold, and how many have been let go.
    var figures: HTTPUnreadAnswers { state.withLock { HTTPUnreadAnswers(count: $0.answers.count, bytes: $0.bytes, givenUp: $0.givenUp) } }
}

/// Answers of a server that their clients do not take.
public struct HTTPUnreadAnswers: Sendable, Equatable {
    /// That wait for their clients now, and what they hold.
    public var count = 0
    public var bytes = 0
    /// That were given up since the start, because others were to have their room.
    public var givenUp = 0
}
