import Foundation
public import LapwingSeries
import Synchronization

/// Quantiles of what was seen in the last ten minutes: durations, sizes.
///
/// Values are counted by size, anew every two minutes; sizes are a twentieth apart, so that a quantile is at most 2.5 % off.
/// - Complexity: an observation is a logarithm and a lock; 10 KiB of memory.
public final class Summary: Sendable {
    public let labels: Labels
    /// Which quantiles are shown.
    public let quantiles: [Double]

    private static let slots = 5
    private static let slotTime = Duration.seconds(120)
    private static let sizes = 512
    /// The smallest size that is told from smaller ones; the largest is 7 × 10¹⁰ times as much.
    private static let smallest = 1e-6
    private static let ratio = 1.05

    private struct Slot {
        /// Since the start; -1 for one that has not been used.
        var number = -1
        var counts = [UInt32](repeating: 0, count: Summary.sizes)
    }

    private struct State {
        var slots = [Slot](repeating: Slot(), count: Summary.slots)
        var sum = 0.0
        var count = 0
    }

    private let start: ContinuousClock.Instant
    private let state = Mutex(State())

    init(_ labels: Labels, quantiles: [Double], start: ContinuousClock.Instant = .now) {
        self.labels = labels
        self.quantiles = quantiles
        self.start = start
    }

    public func observe(_ value: Double, at now: ContinuousClock.Instant = .now) {
        let number = slot(at: now)
        let size = Self.size(of: value)
        state.withLock { state in
            let place = number % Self.slots
            if state.slots[place].number != number { state.slots[place] = Slot(number: number) }
            state.slots[place].counts[size] &+= 1
            state.sum += value
            state.count += 1
        }
    }

    /// The quantiles of the last ten minutes, NaN where nothing was seen; the sum and the count since the start.
    public func read(at now: ContinuousClock.Instant = .now) -> (values: [Double], sum: Double, count: Int) {
        let oldest = slot(at: now) - Self.slots + 1
        let state = state.withLock { $0 }
        var counts = [Int](repeating: 0, count: Self.sizes)
        for slot in state.slots where slot.number >= max(0, oldest) {
            for size in counts.indices { counts[size] += Int(slot.counts[size]) }
        }
        return (quantiles.map { Self.quantile($0, counts) }, state.sum, state.count)
    }

    private func slot(at now: ContinuousClock.Instant) -> Int { max(0, Int((now - start) / Self.slotTime)) }

    private static func size(of value: Double) -> Int {
        guard value > smallest else { return 0 }
        return min(sizes - 1, Int(min(1e6, log(value / smallest) / log(ratio))))
    }

    private static func quantile(_ quantile: Double, _ counts: [Int]) -> Double {
        let total = counts.reduce(0, +)
        guard total > 0 else { return .nan }
        let rank = max(1, (quantile * Double(total)).rounded(.up))
        var seen = 0.0
        for (size, count) in counts.enumerated() {
            seen += Double(count)
            if seen >= rank { return smallest * pow(ratio, Double(size) + 0.5) }
        }
        return .nan
    }
}
