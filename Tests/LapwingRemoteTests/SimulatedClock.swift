import LapwingSeries
import Synchronization

/// A clock that goes on when somebody sleeps, and when it is told.
final class SimulatedClock: Sendable {
    private struct State {
        var now: Timestamp
        var instant = ContinuousClock.now
        var pauses: [Duration] = []

        mutating func advance(_ duration: Duration) {
            now = now + duration
            instant += duration
        }
    }

    private let state: Mutex<State>

    init(_ start: Timestamp) { state = Mutex(State(now: start)) }

    /// The wall's time.
    var now: Timestamp { state.withLock { $0.now } }

    var instant: ContinuousClock.Instant { state.withLock { $0.instant } }

    /// How long it was slept, each time.
    var pauses: [Duration] { state.withLock { $0.pauses } }

    func advance(_ duration: Duration) { state.withLock { $0.advance(duration) } }

    func sleep(_ duration: Duration) {
        state.withLock { state in
            state.advance(duration)
            state.pauses.append(duration)
        }
    }

    /// Sets the wall's time back; time itself goes on.
    func setBack(by duration: Duration) { state.withLock { $0.now = $0.now - duration } }
}
