import LapwingSeries
import LapwingText

/// What is known at one time of a classic histogram, gathered to make a native one with custom buckets of it.
///
/// Source: Prometheus 3.14 `util/convertnhcb/convertnhcb.go`.
struct ClassicHistogramParts {
    enum Place {
        case bucket(upperBound: Double)
        case count
        case sum
    }

    /// What a series of floats is of which histogram.
    struct Part {
        let histogram: Labels
        let place: Place

        /// Nil for a series that is no part of a histogram.
        init?(_ labels: Labels) {
            let name = labels.metricName
            let base: Substring
            if name.hasSuffix("_bucket") {
                guard let bound = labels[LabelName.bucket].flatMap({ GoNumber.parse($0) }), !bound.isNaN else { return nil }
                (base, place) = (name.dropLast(7), .bucket(upperBound: bound))
            } else if name.hasSuffix("_sum") {
                (base, place) = (name.dropLast(4), .sum)
            } else if name.hasSuffix("_count") {
                (base, place) = (name.dropLast(6), .count)
            } else {
                return nil
            }
            histogram = labels.setting(LabelName.metric, String(base)).dropping(LabelName.bucket)
        }
    }

    private var buckets: [(upperBound: Double, count: Double)] = []
    private var count: Double?
    private var sum = 0.0

    /// The first value of a bucket holds.
    mutating func set(_ place: Place, _ value: Double) {
        switch place {
        case .count: count = value
        case .sum: sum = value
        case .bucket(let bound):
            let index = buckets.firstIndex { $0.upperBound >= bound } ?? buckets.count
            if index < buckets.count, buckets[index].upperBound == bound { return }
            buckets.insert((bound, value), at: index)
        }
    }

    /// Nil when the buckets' counts do not grow, or end at another number than the histogram's.
    var histogram: NativeHistogram? {
        let total = count ?? buckets.last?.count ?? 0
        var buckets = buckets
        if buckets.last?.upperBound != .infinity { buckets.append((.infinity, total)) }
        var previous = 0.0
        var counts: [Double] = []
        for bucket in buckets {
            guard bucket.count >= previous else { return nil }
            counts.append(bucket.count - previous)
            previous = bucket.count
        }
        guard previous == total else { return nil }
        return NativeHistogram(
            schema: NativeHistogram.customBucketsSchema, count: total, sum: sum, positiveSpans: Self.spans(&counts),
            positiveBuckets: counts, customValues: buckets.dropLast().map(\.upperBound))
    }

    /// Spans over the buckets that hold something; the others go.
    private static func spans(_ counts: inout [Double]) -> [NativeHistogram.BucketSpan] {
        var spans: [NativeHistogram.BucketSpan] = []
        var empty: Int32 = 0
        var isOpen = false
        for count in counts {
            if count == 0 {
                empty += 1
                isOpen = false
            } else if isOpen {
                spans[spans.count - 1].length += 1
            } else {
                spans.append(NativeHistogram.BucketSpan(offset: empty, length: 1))
                (empty, isOpen) = (0, true)
            }
        }
        counts.removeAll { $0 == 0 }
        return spans
    }
}
