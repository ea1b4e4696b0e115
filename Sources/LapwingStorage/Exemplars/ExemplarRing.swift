import LapwingSeries

/// The newest exemplars of all series in one ring: a new one takes the place of the one that came first.
///
/// Those of a series are chained in the order of their times. Source: Prometheus 3.14 `tsdb/exemplar.go`.
struct ExemplarRing {
    private static let none: Int32 = -1

    private struct Slot {
        var series: Labels
        var exemplar: Exemplar
        var older = none
        var newer = none
    }

    private struct Chain {
        var oldest: Int32
        var newest: Int32
    }

    private let capacity: Int
    private var slots: [Slot] = []
    /// Where the next one goes once the ring is full.
    private var next = 0
    private var chains: [Labels: Chain] = [:]

    /// - Parameter capacity: exemplars that are kept, from 1.
    init(capacity: Int) { self.capacity = max(1, min(capacity, Int(Int32.max))) }

    var count: Int { slots.count }

    var seriesCount: Int { chains.count }

    /// What would become of an exemplar.
    ///
    /// - Parameter window: milliseconds by which one may be older than the newest of its series.
    func verdict(on new: SeriesExemplar, window: UInt64) -> ExemplarStore.Verdict {
        let newest = chains[new.series].map { slots[Int($0.newest)].exemplar }
        // Mostly a page says again what it said before.
        if let newest, newest.repeats(new.exemplar) { return .known }
        if new.exemplar.labelCharacterCount > Exemplar.labelCharacterLimit { return .tooLong }
        guard let newest else { return .taken }
        if new.exemplar.time < newest.time {
            return UInt64(bitPattern: newest.time &- new.exemplar.time) < window ? .taken : .outOfOrder
        }
        return new.exemplar.time == newest.time && new.exemplar.precedes(newest) ? .outOfOrder : .taken
    }

    /// - Complexity: O(1) for one that is the newest of its series, else O(those of the series that are newer).
    mutating func add(_ new: SeriesExemplar) {
        var older = Self.none
        if let chain = chains[new.series] {
            older = chain.newest
            while older != Self.none, slots[Int(older)].exemplar.time > new.exemplar.time { older = slots[Int(older)].older }
            // One that comes late and at a time that is taken is the one that is there, as upstream guesses.
            let isLate = older != chain.newest
            if isLate, older != Self.none, slots[Int(older)].exemplar.time == new.exemplar.time { return }
        }
        let place: Int32
        if slots.count < capacity {
            place = Int32(slots.count)
            slots.append(Slot(series: new.series, exemplar: new.exemplar))
        } else {
            place = Int32(next)
            if older == place { older = slots[next].older }
            unlink(place)
            slots[next] = Slot(series: new.series, exemplar: new.exemplar)
            next = (next + 1) % capacity
        }
        link(place, behind: older)
    }

    private mutating func link(_ place: Int32, behind older: Int32) {
        let series = slots[Int(place)].series
        var chain = chains[series] ?? Chain(oldest: Self.none, newest: Self.none)
        let newer = older == Self.none ? chain.oldest : slots[Int(older)].newer
        slots[Int(place)].older = older
        slots[Int(place)].newer = newer
        if older == Self.none { chain.oldest = place } else { slots[Int(older)].newer = place }
        if newer == Self.none { chain.newest = place } else { slots[Int(newer)].older = place }
        chains[series] = chain
    }

    private mutating func unlink(_ place: Int32) {
        let slot = slots[Int(place)]
        guard var chain = chains[slot.series] else { return }
        if slot.older == Self.none { chain.oldest = slot.newer } else { slots[Int(slot.older)].newer = slot.newer }
        if slot.newer == Self.none { chain.newest = slot.older } else { slots[Int(slot.newer)].older = slot.older }
        chains[slot.series] = chain.oldest == Self.none ? nil : chain
    }

    /// The exemplars of each series that satisfies all matchers of some selector, by series and time.
    ///
    /// - Complexity: O(series × matchers + exemplars found).
    func select(_ selectors: [[Matcher]], over range: TimeRange) -> [(series: Labels, exemplars: [Exemplar])] {
        var found: [(series: Labels, exemplars: [Exemplar])] = []
        for (series, chain) in chains where selectors.contains(where: { $0.allSatisfy { $0.matches(series) } }) {
            var exemplars: [Exemplar] = []
            var place = chain.oldest
            while place != Self.none {
                let exemplar = slots[Int(place)].exemplar
                if range.start.milliseconds <= exemplar.time, exemplar.time <= range.end.milliseconds { exemplars.append(exemplar) }
                place = slots[Int(place)].newer
            }
            if !exemplars.isEmpty { found.append((series, exemplars)) }
        }
        return found.sorted { $0.series < $1.series }
    }
}
