import LapwingHTTP
import Synchronization

/// Lets a number of tasks at once go on; the others wait for their turn, in the order in which they came.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var waiting = WaitingLine<CheckedContinuation<Void, Never>>()
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

    /// - Returns: once it is the caller's turn, which ends with `give`.
    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state in
            let next = state.waiting.takeFirst()
            if next == nil { state.free += 1 }
            return next
        }
        next?.resume()
    }
}
