import LapwingSeries
import LapwingText

/// One bucket of a classic histogram: how many observations were at most `upperBound`.
struct ClassicBucket {
    var upperBound: Double
    var count: Double
}

/// What a quantile of classic buckets is, and what had to be mended to compute it.
struct ClassicQuantile {
    var value: Double
    /// Counts fell from one bucket to the next.
    var wasForcedMonotonic = false

    /// Counts that differ by less than this fraction are taken as equal: sums of floats come in any order.
    static let tolerance = 1e-12

    /// The φ-quantile by linear interpolation within the bucket that holds its rank.
    ///
    /// - Parameter buckets: in the order of their bounds.
    /// - Complexity: O(buckets). Source: Prometheus 3.14 `promql/quantile.go`, `BucketQuantile`.
    init(_ quantile: Double, _ buckets: [ClassicBucket]) {
        value = .nan
        guard !quantile.isNaN else { return }
        if quantile < 0 || quantile > 1 {
            value = quantile < 0 ? -.infinity : .infinity
            return
        }
        guard buckets.last?.upperBound == .infinity else { return }
        let merged = Self.merged(buckets)
        let mended = Self.monotonic(merged)
        wasForcedMonotonic = mended.wasForced
        value = Self.interpolate(quantile, mended.buckets)
    }

    private static func merged(_ buckets: [ClassicBucket]) -> [ClassicBucket] {
        var merged: [ClassicBucket] = []
        merged.reserveCapacity(buckets.count)
        for bucket in buckets {
            if let last = merged.last, last.upperBound == bucket.upperBound {
                merged[merged.count - 1].count += bucket.count
            } else {
                merged.append(bucket)
            }
        }
        return merged
    }

    private static func monotonic(_ buckets: [ClassicBucket]) -> (buckets: [ClassicBucket], wasForced: Bool) {
        var mended = buckets
        var wasForced = false
        var previous = buckets[0].count
        for index in mended.indices.dropFirst() {
            let count = mended[index].count
            if count == previous { continue }
            if isAlmostEqual(count, previous) {
                mended[index].count = previous
            } else if count < previous {
                mended[index].count = previous
                wasForced = true
            } else {
                previous = count
            }
        }
        return (mended, wasForced)
    }

    private static func isAlmostEqual(_ a: Double, _ b: Double) -> Bool {
        if a.isNaN || b.isNaN { return false }
        let sum = a.magnitude + b.magnitude
        let difference = (a - b).magnitude
        if a == 0 || b == 0 || sum < .leastNormalMagnitude { return difference < tolerance * .leastNormalMagnitude }
        return difference / min(sum, .greatestFiniteMagnitude) < tolerance
    }

    private static func interpolate(_ quantile: Double, _ buckets: [ClassicBucket]) -> Double {
        guard buckets.count >= 2 else { return .nan }
        let observations = buckets[buckets.count - 1].count
        if observations == 0 { return .nan }
        var rank = quantile * observations
        let place = buckets.dropLast().firstIndex { $0.count >= rank } ?? buckets.count - 1
        if place == buckets.count - 1 { return buckets[buckets.count - 2].upperBound }
        if place == 0, buckets[0].upperBound <= 0 { return buckets[0].upperBound }
        var start = 0.0
        let end = buckets[place].upperBound
        var count = buckets[place].count
        if place > 0 {
            start = buckets[place - 1].upperBound
            count -= buckets[place - 1].count
            rank -= buckets[place - 1].count
        }
        return start + (end - start) * (rank / count)
    }
}

/// The rows of a matrix that are buckets of one histogram, in the order of their bounds.
struct ClassicHistogramRows {
    /// The labels of the buckets but for `le`.
    var labels: Labels
    var dropsName = false
    var buckets: [(upperBound: Double, row: Int)] = []
}

extension Evaluator {
    /// Gathers the buckets of each histogram, with a remark for every `le` that is no number.
    mutating func classicHistograms(in matrix: StepMatrix, _ range: SourceRange) -> [ClassicHistogramRows] {
        let grouping = Grouping(matrix.labels) { $0.dropping([LabelName.bucket]) }
        var histograms = grouping.labels.map { ClassicHistogramRows(labels: $0) }
        for row in 0..<matrix.rowCount {
            let bound = matrix.labels[row][LabelName.bucket] ?? ""
            guard let upperBound = GoNumber.parse(bound) else {
                if matrix.cells(of: row).contains(where: { matrix.isPresent($0) && matrix.histogram(at: $0) == nil }) {
                    annotations.add(.badBucketLabel(matrix.labels[row].metricName, bound, range))
                }
                continue
            }
            histograms[grouping.groupOfRow[row]].buckets.append((upperBound, row))
        }
        for index in histograms.indices { histograms[index].buckets.sort { $0.upperBound < $1.upperBound } }
        return histograms.filter { !$0.buckets.isEmpty }
    }

    mutating func histogramQuantile(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let quantiles = try scalar(plan.arguments[0], on: grid)
        let matrix = try vector(plan.arguments[1], on: grid)
        guard matrix.histograms.isEmpty else { throw .execution("histogram_quantile of native histograms is not there yet") }
        for value in quantiles where value.isNaN || value < 0 || value > 1 {
            annotations.add(.invalidQuantile(value, plan.expressions[0].range))
        }
        var result = StepMatrix(stepCount: grid.count)
        for histogram in classicHistograms(in: matrix, plan.expressions[1].range) {
            try check()
            result.appendRow(histogram.labels, dropsName: true)
            let base = result.values.count - grid.count
            var buckets: [ClassicBucket] = []
            buckets.reserveCapacity(histogram.buckets.count)
            for step in 0..<grid.count {
                buckets.removeAll(keepingCapacity: true)
                for bucket in histogram.buckets {
                    let count = matrix.values[bucket.row * grid.count + step]
                    if count.bitPattern != StepMatrix.absentBits { buckets.append(ClassicBucket(upperBound: bucket.upperBound, count: count)) }
                }
                if !buckets.isEmpty { result.values[base + step] = ClassicQuantile(quantiles[step], buckets).value }
            }
            result.removeLastRowIfEmpty()
        }
        release(matrix.values.count)
        try hold(result.values.count)
        return .vector(result)
    }
}
