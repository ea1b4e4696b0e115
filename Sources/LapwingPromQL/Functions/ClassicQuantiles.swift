/// The quantiles of a classic histogram over a stretch of steps, found row by row: each bucket's counts lie beside one
/// another, so that the processor compares several steps at once.
///
/// Steps at which a count falls, is almost that of the bucket below, or is not there are left to `ClassicBuckets`.
struct ClassicQuantiles {
    /// Steps at a time: what is kept of each stays in the fastest cache.
    static let stretch = 256

    private var ranks = [Double](repeating: 0, count: stretch)
    /// How many buckets hold less than the rank.
    private var places = [Double](repeating: 0, count: stretch)
    /// 1 where counts do not simply rise.
    private var isOdd = [Double](repeating: 0, count: stretch)

    /// Computes the quantiles of a layout whose bounds are there once each and end with infinity.
    ///
    /// - Parameter rest: called for each step that has to be looked at by itself.
    /// - Complexity: O(buckets × steps).
    mutating func fill(
        _ row: inout [Double], _ layout: ClassicLayout, _ cells: [Double], _ quantiles: [Double], _ rest: (_ step: Int, inout [Double]) -> Void
    ) {
        let stepCount = row.count
        var first = 0
        while first < stepCount {
            let count = min(Self.stretch, stepCount - first)
            locate(layout, cells.span, quantiles.span, stepCount, first, count)
            for step in first..<(first + count) {
                let quantile = quantiles[step]
                let total = cells[layout.rows[layout.rows.count - 1] * stepCount + step]
                if isOdd[step - first] == 0, total > 0, quantile >= 0, quantile <= 1 {
                    row[step] = interpolated(Int(places[step - first]), ranks[step - first], layout, cells, stepCount, step)
                } else {
                    rest(step, &row)
                }
            }
            first += count
        }
    }

    private mutating func locate(
        _ layout: ClassicLayout, _ cells: borrowing Span<Double>, _ quantiles: borrowing Span<Double>, _ stepCount: Int, _ first: Int, _ count: Int
    ) {
        let last = layout.rows.count - 1
        let (lowest, highest) = (layout.rows[0] * stepCount + first, layout.rows[last] * stepCount + first)
        begin(
            cells.extracting(lowest..<lowest + count), cells.extracting(highest..<highest + count), quantiles.extracting(first..<first + count),
            &ranks, &places, &isOdd)
        for place in 1...last {
            let (below, here) = (layout.rows[place - 1] * stepCount + first, layout.rows[place] * stepCount + first)
            compare(
                cells.extracting(below..<below + count), cells.extracting(here..<here + count), ranks, &places, &isOdd,
                countsLess: place < last)
        }
    }

    private func interpolated(_ place: Int, _ rank: Double, _ layout: ClassicLayout, _ cells: [Double], _ stepCount: Int, _ step: Int) -> Double {
        let bounds = layout.bounds
        if place == bounds.count - 1 { return bounds[place - 1] }
        let count = cells[layout.rows[place] * stepCount + step]
        if place == 0 { return bounds[0] <= 0 ? bounds[0] : bounds[0] * (rank / count) }
        let below = cells[layout.rows[place - 1] * stepCount + step]
        return bounds[place - 1] + (bounds[place] - bounds[place - 1]) * ((rank - below) / (count - below))
    }
}

private func begin(
    _ lowest: borrowing Span<Double>, _ highest: borrowing Span<Double>, _ quantiles: borrowing Span<Double>, _ ranks: inout [Double],
    _ places: inout [Double], _ isOdd: inout [Double]
) {
    var ranks = ranks.mutableSpan
    var places = places.mutableSpan
    var isOdd = isOdd.mutableSpan
    for step in 0..<lowest.count {
        let rank = quantiles[step] * highest[step]
        ranks[step] = rank
        places[step] = lowest[step] < rank ? 1 : 0
        isOdd[step] = 0
    }
}

private func compare(
    _ below: borrowing Span<Double>, _ here: borrowing Span<Double>, _ ranks: [Double], _ places: inout [Double], _ isOdd: inout [Double],
    countsLess: Bool
) {
    let ranks = ranks.span
    let one = countsLess ? 1.0 : 0
    var places = places.mutableSpan
    var isOdd = isOdd.mutableSpan
    for step in 0..<here.count {
        let value = here[step]
        let rise = value - below[step]
        // Absent cells are no numbers: nothing is true of them.
        let isPlain = rise == 0 || rise > value * ClassicBuckets.safeRise
        isOdd[step] = isPlain ? isOdd[step] : 1
        places[step] += value < ranks[step] ? one : 0
    }
}
