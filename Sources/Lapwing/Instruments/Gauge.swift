public import LapwingSeries
import Synchronization

/// A number that goes up and down: connections open, bytes in use.
///
/// - Complexity: setting is one atomic store; adding a compare-and-exchange.
public final class Gauge: Sendable {
    public let labels: Labels
    private let bits = Atomic<UInt64>(0)

    init(_ labels: Labels) { self.labels = labels }

    public var value: Double { bits.double }

    public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    public func add(_ amount: Double) { bits.add(amount) }
}
