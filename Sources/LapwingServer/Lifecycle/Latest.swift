import Synchronization

/// A value that a reload replaces while others read it.
final class Latest<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    /// Part of it, without a copy of the rest.
    func read<Part: Sendable>(_ part: (Value) -> Part) -> Part { state.withLock { part($0) } }

    func set(_ value: Value) { state.withLock { $0 = value } }
}
