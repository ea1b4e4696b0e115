import LapwingSeries

/// `min_over_time` and `max_over_time`; a NaN counts only where there is nothing else.
///
/// The places of the values that can still become an extreme are kept in order, best first: each enters and leaves once.
/// - Complexity: O(samples + steps).
func fillExtremes(_ row: inout [Double], _ scratch: inout WindowScratch, isMaximum: Bool) {
    if row.count == 1 {
        let values = scratch.columns.values
        return eachWindow(scratch.bounds, &row) { _, low, high in extreme(of: values, low, high, isMaximum) }
    }
    fillExtremes(&row, scratch.columns.values, scratch.bounds, &scratch.places, isMaximum)
}

private func extreme(of values: [Double], _ low: Int, _ high: Int, _ isMaximum: Bool) -> Double {
    var extreme = values[low]
    for index in (low + 1)..<max(high, low + 1) {
        let value = values[index]
        if extreme.isNaN || (isMaximum ? value > extreme : value < extreme) { extreme = value }
    }
    return extreme
}

private func fillExtremes(_ row: inout [Double], _ values: [Double], _ bounds: WindowBounds, _ places: inout [Int32], _ isMaximum: Bool) {
    places.removeAll(keepingCapacity: true)
    var head = 0
    var next = 0
    for step in 0..<row.count {
        let (low, high) = (Int(bounds.low[step]), Int(bounds.high[step]))
        guard low < high else {
            row[step] = StepMatrix.absent
            continue
        }
        if next < low { next = low }
        while next < high {
            let value = values[next]
            if !value.isNaN {
                // Of equals the first stays, as 0 before -0.
                while places.count > head, beats(value, values[Int(places[places.count - 1])], isMaximum) { places.removeLast() }
                places.append(Int32(truncatingIfNeeded: next))
            }
            next += 1
        }
        while head < places.count, places[head] < low { head += 1 }
        row[step] = head < places.count ? values[Int(places[head])] : values[low]
    }
}

@inline(__always)
private func beats(_ a: Double, _ b: Double, _ isMaximum: Bool) -> Bool { isMaximum ? a > b : a < b }

/// `quantile_over_time`, by keeping the window's values in order from step to step.
///
/// - Complexity: O(values that enter or leave × (log window + window / 8)): values move in blocks.
func fillQuantiles(_ row: inout [Double], _ scratch: inout WindowScratch, _ quantiles: [Double]) {
    var window = SortedWindow(storage: scratch.ordered)
    scratch.ordered = []
    let values = scratch.columns.values
    eachWindow(scratch.bounds, &row) { step, low, high in
        window.move(to: low..<high, of: values)
        return window.quantile(quantiles[step])
    }
    scratch.ordered = window.sorted
}

/// The values of a window that moves forward, in ascending order; NaN is counted apart, as smaller than all.
struct SortedWindow {
    private(set) var sorted: [Double]
    private var notNumbers = 0
    private var range = 0..<0

    /// - Parameter storage: memory to use again.
    init(storage: [Double]) {
        sorted = storage
        sorted.removeAll(keepingCapacity: true)
    }

    mutating func move(to next: Range<Int>, of values: [Double]) {
        defer { range = next }
        // Once a quarter of it has left, sorting anew is faster.
        guard next.lowerBound >= range.lowerBound, next.upperBound >= range.upperBound,
            (next.lowerBound - range.lowerBound) * 4 < range.count
        else { return rebuild(next, of: values) }
        var leaving = range.lowerBound
        var entering = range.upperBound
        while leaving < next.lowerBound, entering < next.upperBound {
            replace(values[leaving], by: values[entering])
            leaving += 1
            entering += 1
        }
        while leaving < next.lowerBound {
            remove(values[leaving])
            leaving += 1
        }
        while entering < next.upperBound {
            insert(values[entering])
            entering += 1
        }
    }

    /// By linear interpolation between the two nearest ranks.
    func quantile(_ quantile: Double) -> Double {
        let count = sorted.count + notNumbers
        guard count > 0, !quantile.isNaN else { return .nan }
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        let rank = quantile * Double(count - 1)
        let lower = max(0, Int(rank.rounded(.down)))
        let upper = min(count - 1, lower + 1)
        let weight = rank - rank.rounded(.down)
        return value(at: lower) * (1 - weight) + value(at: upper) * weight
    }

    private func value(at place: Int) -> Double { place < notNumbers ? .nan : sorted[place - notNumbers] }

    private mutating func rebuild(_ range: Range<Int>, of values: [Double]) {
        sorted.removeAll(keepingCapacity: true)
        for index in range where !values[index].isNaN { sorted.append(values[index]) }
        notNumbers = range.count - sorted.count
        sorted.sort()
    }

    /// The first place whose value is not smaller.
    private func place(of value: Double) -> Int {
        var low = 0
        var length = sorted.count
        while length > 0 {
            let half = length / 2
            let isSmaller = sorted[low + half] < value
            low = isSmaller ? low + half + 1 : low
            length = isSmaller ? length - half - 1 : half
        }
        return low
    }

    private mutating func insert(_ value: Double) {
        if value.isNaN { notNumbers += 1 } else { sorted.insert(value, at: place(of: value)) }
    }

    private mutating func remove(_ value: Double) {
        if value.isNaN { notNumbers -= 1 } else { sorted.remove(at: place(of: value)) }
    }

    /// Moves only what lies between the two places.
    private mutating func replace(_ old: Double, by new: Double) {
        if old.isNaN || new.isNaN {
            remove(old)
            insert(new)
            return
        }
        var hole = place(of: old)
        let target = place(of: new)
        if target > hole {
            while hole + 1 < target {
                sorted[hole] = sorted[hole + 1]
                hole += 1
            }
        } else {
            while hole > target {
                sorted[hole] = sorted[hole - 1]
                hole -= 1
            }
        }
        sorted[hole] = new
    }
}
