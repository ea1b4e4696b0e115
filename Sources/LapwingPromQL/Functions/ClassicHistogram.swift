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

/// The search for the ranks of two values among buckets that come in ascending order.
struct RankSearch {
    let lower: Double
    let upper: Double
    private var lowerRank: Double?
    private var upperRank: Double?

    init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    var isDone: Bool { lowerRank != nil && upperRank != nil }

    /// Looks at the bucket from `start` to `end`, below which `rank` observations lie.
    mutating func look(_ start: Double, _ end: Double, _ rank: Double, _ interpolated: (Double) -> Double) {
        if lowerRank == nil, start >= lower { lowerRank = rank }
        if upperRank == nil, start >= upper { upperRank = rank }
        if isDone { return }
        if lowerRank == nil, start < lower, end > lower { lowerRank = interpolated(lower) }
        if upperRank == nil, start < upper, end > upper { upperRank = interpolated(upper) }
    }

    /// How many observations lie between the two; what was not found lies above all buckets.
    func difference(limit: Double) -> Double {
        func limited(_ rank: Double?) -> Double {
            guard let rank, !(rank > limit) else { return limit }
            return rank
        }
        return limited(upperRank) - limited(lowerRank)
    }
}

/// The rows of a matrix that are buckets of one classic histogram, by ascending bounds.
struct ClassicLayout {
    /// The labels of the buckets but for `le`.
    var labels: Labels
    private(set) var bounds: [Double] = []
    private(set) var rows: [Int] = []
    /// Whether each bound is there once.
    private(set) var isPlain = true

    init(labels: Labels, _ buckets: [(bound: Double, row: Int)]) {
        self.labels = labels
        // A bound that is no number comes last, so that the order is one.
        let sorted = buckets.sorted { $0.bound < $1.bound || (!$0.bound.isNaN && $1.bound.isNaN) }
        bounds = sorted.map(\.bound)
        rows = sorted.map(\.row)
        isPlain = zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    }

    /// Whether each bound is there once, and the last one takes in everything.
    var isWhole: Bool { isPlain && bounds.count > 1 && bounds.last == .infinity }
}
