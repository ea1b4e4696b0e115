public import LapwingSeries
import Synchronization

/// A number that only grows: requests answered, bytes read.
///
/// - Complexity: an increment is one atomic addition, and takes no lock.
public final class Counter: Sendable {
    public let labels: Labels
    private let whole = Atomic<UInt64>(0)
    /// The bits of what fractions have added.
    private let fraction = Atomic<UInt64>(0)

    init(_ labels: Labels) { self.labels = labels }

    /// Counts one more, or `count` more.
    /// - Precondition: `count` is not negative; a counter never falls.
    public func increment(by count: Int = 1) {
        precondition(count >= 0, "a counter never falls: \(count)")
        whole.wrappingAdd(UInt64(count), ordering: .relaxed)
    }

    /// Adds an amount that need not be whole.
    /// - Precondition: as above.
    public func increment(by amount: Double) {
        precondition(amount >= 0, "a counter never falls: \(amount)")
        fraction.add(amount)
    }

    public var value: Double { Double(whole.load(ordering: .relaxed)) + fraction.double }
}
