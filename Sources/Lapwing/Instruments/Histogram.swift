public import LapwingSeries
import Synchronization

/// How often values of which size were seen: durations, sizes. Kept in classic buckets.
///
/// - Complexity: an observation is a search among the bounds, one atomic addition and one compare-and-exchange; it takes
///   no lock.
public final class Histogram: Sendable {
    /// Seconds: for requests between milliseconds and ten seconds.
    public static let defaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    public let labels: Labels
    /// Upper bounds, ascending; values above the last count only in the whole.
    public let bounds: [Double]
    private let buckets: [Bucket]
    private let total = Atomic<UInt64>(0)

    private final class Bucket: Sendable {
        let count = Atomic<UInt64>(0)
    }

    /// - Precondition: `bounds` ascend.
    init(_ labels: Labels, bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "a histogram's bounds ascend")
        self.labels = labels
        self.bounds = bounds.filter { $0.isFinite }
        buckets = (0...self.bounds.count).map { _ in Bucket() }
    }

    public func observe(_ value: Double) {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            // Not a number is below no bound.
            if value <= bounds[middle] { high = middle } else { low = middle + 1 }
        }
        buckets[low].count.wrappingAdd(1, ordering: .relaxed)
        total.add(value)
    }

    /// Observes how long `body` takes, in seconds.
    public func time<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        let start = ContinuousClock.now
        defer { observe(start.duration(to: .now) / .seconds(1)) }
        return try body()
    }

    /// Observes how long `body` takes, what it waits for included.
    public nonisolated(nonsending) func time<R, E: Error>(_ body: nonisolated(nonsending) () async throws(E) -> R) async throws(E) -> R {
        let start = ContinuousClock.now
        defer { observe(start.duration(to: .now) / .seconds(1)) }
        return try await body()
    }

    public var sum: Double { total.double }

    /// Observations so far.
    public var count: UInt64 { buckets.reduce(0) { $0 &+ $1.count.load(ordering: .relaxed) } }

    /// The observations at most as large as each bound, the last of all.
    public var cumulativeCounts: [UInt64] {
        var sum: UInt64 = 0
        return buckets.map { bucket in
            sum &+= bucket.count.load(ordering: .relaxed)
            return sum
        }
    }
}
