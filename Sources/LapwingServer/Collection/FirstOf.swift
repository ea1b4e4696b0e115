import Synchronization

/// The first of several values that race.
final class FirstOf<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case filled(Value)
    }

    private let state = Mutex(State.empty)

    /// Takes a value; all but the first are dropped.
    func take(_ value: Value) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, Never>? in
            switch state {
            case .empty:
                state = .filled(value)
                return nil
            case .awaited(let continuation):
                state = .filled(value)
                return continuation
            case .filled: return nil
            }
        }
        waiting?.resume(returning: value)
    }

    /// - Precondition: awaited once.
    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Value? in
                    switch state {
                    case .filled(let value): return value
                    case .empty, .awaited:
                        state = .awaited(continuation)
                        return nil
                    }
                }
                if let ready { continuation.resume(returning: ready) }
            }
        }
    }
}
