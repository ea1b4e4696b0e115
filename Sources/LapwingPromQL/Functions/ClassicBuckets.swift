import LapwingSeries

/// The buckets of one classic histogram at one step, their layout settled before: cumulative counts by ascending upper
/// bounds, each bound once.
///
/// Reused from step to step and from histogram to histogram, so that a step allocates nothing.
/// Source: Prometheus 3.14 `promql/quantile.go`.
struct ClassicBuckets {
    private(set) var bounds: [Double] = []
    private(set) var counts: [Double] = []

    /// Counts that differ by less than this fraction are taken as equal: sums of floats come in any order.
    static let tolerance = 1e-12
    /// A count that is greater by this fraction is far from being almost equal.
    static let safeRise = 1e-9

    mutating func removeAll() {
        bounds.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
    }

    /// Adds the next bucket, whose bound is at least that of the last.
    @inline(__always)
    mutating func append(_ bound: Double, _ count: Double) {
        if let last = bounds.last, last == bound {
            counts[counts.count - 1] += count
        } else {
            bounds.append(bound)
            counts.append(count)
        }
    }

    /// Takes over the counts of a step at which all rows of a layout are there; nil where one is not.
    ///
    /// - Complexity: O(rows).
    @inline(__always)
    mutating func take(_ layout: ClassicLayout, _ values: [Double], _ step: Int, stepCount: Int) {
        if layout.isPlain, bounds.count == layout.bounds.count {
            var isWhole = true
            for place in layout.rows.indices {
                let count = values[layout.rows[place] * stepCount + step]
                if count.bitPattern == StepMatrix.absentBits || count.bitPattern == StepMatrix.histogramCellBits {
                    isWhole = false
                    break
                }
                counts[place] = count
            }
            if isWhole { return }
        }
        removeAll()
        for place in layout.rows.indices {
            let count = values[layout.rows[place] * stepCount + step]
            if count.bitPattern == StepMatrix.absentBits || count.bitPattern == StepMatrix.histogramCellBits { continue }
            append(layout.bounds[place], count)
        }
    }

    // MARK: Quantile

    /// The φ-quantile by linear interpolation within the bucket that holds its rank.
    ///
    /// - Parameter forced: told where a bucket had to be raised to the count of the one below.
    /// - Complexity: O(buckets). Source: `BucketQuantile`.
    mutating func quantile(_ quantile: Double, at time: Int64, forced: inout ForcedMonotonicity?) -> Double {
        if quantile.isNaN { return .nan }
        if quantile < 0 || quantile > 1 { return quantile < 0 ? -.infinity : .infinity }
        let last = counts.count - 1
        guard last >= 0, bounds[last] == .infinity else { return .nan }
        mend(at: time, &forced)
        guard last > 0, counts[last] != 0 else { return .nan }
        var rank = quantile * counts[last]
        var place = 0
        while place < last, !(counts[place] >= rank) { place += 1 }
        if place == last { return bounds[last - 1] }
        if place == 0 {
            return bounds[0] <= 0 ? bounds[0] : bounds[0] * (rank / counts[0])
        }
        let (start, below) = (bounds[place - 1], counts[place - 1])
        rank -= below
        return start + (bounds[place] - start) * (rank / (counts[place] - below))
    }

    /// Raises counts that fall to those of the bucket below.
    private mutating func mend(at time: Int64, _ forced: inout ForcedMonotonicity?) {
        var previous = counts[0]
        for place in 1..<max(1, counts.count) {
            let count = counts[place]
            // Far apart and rising, as nearly all are.
            if count > previous, count - previous > count * Self.safeRise {
                previous = count
            } else if count != previous {
                mend(place, &previous, at: time, &forced)
            }
        }
    }

    private mutating func mend(_ place: Int, _ previous: inout Double, at time: Int64, _ forced: inout ForcedMonotonicity?) {
        let count = counts[place]
        if Self.isAlmostEqual(count, previous) {
            counts[place] = previous
        } else if count < previous {
            counts[place] = previous
            var mended = forced ?? ForcedMonotonicity(at: time)
            mended.add(bounds[place], difference: previous - count)
            forced = mended
        } else {
            previous = count
        }
    }

    private static func isAlmostEqual(_ a: Double, _ b: Double) -> Bool {
        if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
        let sum = a.magnitude + b.magnitude
        let difference = (a - b).magnitude
        if a == 0 || b == 0 || sum < .leastNormalMagnitude { return difference < tolerance * .leastNormalMagnitude }
        return difference / min(sum, .greatestFiniteMagnitude) < tolerance
    }

    // MARK: Fraction

    /// The fraction of observations between two values, interpolated linearly.
    ///
    /// - Complexity: O(buckets). Source: `BucketFraction`.
    func fraction(from lower: Double, to upper: Double) -> Double {
        let last = counts.count - 1
        guard last >= 0, bounds[last] == .infinity else { return .nan }
        let total = counts[last]
        if total == 0 || lower.isNaN || upper.isNaN { return .nan }
        if lower >= upper { return 0 }
        var ranks = RankSearch(lower: lower, upper: upper)
        var rank = 0.0
        // Where the first bucket ends above nought, all observations are taken to be positive.
        var start = bounds[0] <= 0 ? -Double.infinity : 0
        for place in counts.indices where !ranks.isDone {
            let (end, count) = (bounds[place], counts[place])
            let begin = rank
            ranks.look(start, end, rank) { value in
                start == -.infinity ? count : begin + (count - begin) * (value - start) / (end - start)
            }
            rank = count
            start = end
        }
        return ranks.difference(limit: total) / total
    }
}
