public import LapwingSeries
import Synchronization

/// Quantiles of what was seen in the last ten minutes: durations, sizes.
///
/// Values are counted by size (`SizeTable`), anew every two minutes, so that a quantile is at most 2.5 % off.
/// - Complexity: an observation is a logarithm and a lock; 26 KiB of memory, twice as much where values are negative too.
public final class Summary: Sendable {
    public let labels: Labels
    /// Which quantiles are shown.
    public let quantiles: [Double]

    private static let slots = 5
    private static let slotTime = Duration.seconds(120)

    private struct Slot {
        /// Since the start; -1 for one that has not been used.
        var number = -1
        var sizes = SizeTable()
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
        let size = SizeTable.size(of: value)
        state.withLock { state in
            let place = number % Self.slots
            if state.slots[place].number != number { state.slots[place] = Slot(number: number) }
            if let size { state.slots[place].sizes.count(size) }
            state.sum += value
            state.count += 1
        }
    }

    /// The quantiles of the last ten minutes, NaN where nothing was seen; the sum and the count since the start.
    public func read(at now: ContinuousClock.Instant = .now) -> (values: [Double], sum: Double, count: Int) {
        let oldest = slot(at: now) - Self.slots + 1
        let state = state.withLock { $0 }
        var sizes = SizeTable()
        for slot in state.slots where slot.number >= max(0, oldest) { sizes.add(slot.sizes) }
        return (quantiles.map(sizes.quantile), state.sum, state.count)
    }

    private func slot(at now: ContinuousClock.Instant) -> Int { max(0, Int((now - start) / Self.slotTime)) }
}
