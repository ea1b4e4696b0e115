import Dispatch
import Synchronization

/// Carries a result from a task, or another thread, to threads that wait for it.
///
/// For threads of one's own alone: a task must never wait like this.
public final class BlockingResult<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    public init() {}

    public func set(_ value: Value) {
        self.value.withLock { $0 = .some(value) }
        semaphore.signal()
    }

    /// - Precondition: `set` is called once.
    public func wait() -> Value {
        semaphore.wait()
        // The next that waits is woken by this one.
        semaphore.signal()
        guard let value = value.withLock({ $0 }) else { preconditionFailure("signalled without a value") }
        return value
    }

    /// Nil where `deadline` passes first.
    func wait(until deadline: ContinuousClock.Instant) -> Value? {
        let left = Socket.milliseconds(max(.zero, deadline - .now))
        guard semaphore.wait(timeout: .now() + .milliseconds(Int(left))) == .success else { return nil }
        semaphore.signal()
        return value.withLock { $0 }
    }
}
