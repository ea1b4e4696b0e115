/// The buckets that spans list, one by one with their index; those that have no count are left out.
///
/// - Complexity: O(1) a bucket.
struct BucketWalk: Sendable {
    typealias Step = (index: Int64, count: Double, place: Int)

    private let spans: [NativeHistogram.BucketSpan]
    private let counts: [Double]
    private let isDescending: Bool
    private var span: Int
    private var left: UInt32 = 0
    private var index: Int64 = 0
    private var place: Int

    init(_ spans: [NativeHistogram.BucketSpan], _ counts: [Double], isDescending: Bool = false) {
        self.spans = spans
        self.counts = counts
        self.isDescending = isDescending
        span = -1
        place = 0
        guard isDescending else { return }
        span = spans.count
        for span in spans {
            index += Int64(span.offset) + Int64(span.length)
            place += Int(span.length)
        }
    }

    mutating func next() -> Step? { isDescending ? previous() : following() }

    private mutating func following() -> Step? {
        while left == 0 {
            span += 1
            guard span < spans.count else { return nil }
            index += Int64(spans[span].offset)
            left = spans[span].length
        }
        guard place < counts.count else { return nil }
        let step = (index, counts[place], place)
        left -= 1
        index += 1
        place += 1
        return step
    }

    private mutating func previous() -> Step? {
        while true {
            while left == 0 {
                if span < spans.count { index -= Int64(spans[span].offset) }
                span -= 1
                guard span >= 0 else { return nil }
                left = spans[span].length
            }
            // Listed and not given.
            let missing = UInt32(clamping: min(Int(left), max(0, place - counts.count)))
            left -= missing
            index -= Int64(missing)
            place -= Int(missing)
            if left == 0 { continue }
            left -= 1
            index -= 1
            place -= 1
            return (index, counts[place], place)
        }
    }
}

/// A walk whose buckets are merged to those of a coarser schema, from the first one that ends above a threshold on.
///
/// Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `floatBucketIterator`.
struct MergedBucketWalk {
    private var walk: BucketWalk
    private var pending: BucketWalk.Step?
    private let shift: Int64
    private let schema: Int32
    private var threshold: Double

    /// - Parameter schema: at most the histogram's own; the same for custom buckets.
    init(_ histogram: NativeHistogram, isPositive: Bool, schema: Int32, above threshold: Double) {
        walk =
            isPositive
            ? BucketWalk(histogram.positiveSpans, histogram.positiveBuckets)
            : BucketWalk(histogram.negativeSpans, histogram.negativeBuckets)
        shift = histogram.usesCustomBuckets ? 0 : max(0, Int64(histogram.schema) - Int64(schema))
        self.schema = schema
        self.threshold = NativeHistogram.exponentialSchemas.contains(schema) ? threshold : 0
        pending = walk.next()
    }

    mutating func next() -> (index: Int64, count: Double)? {
        while let first = pending {
            let index = NativeHistogram.coarseIndex(first.index, shift)
            var count = first.count
            pending = walk.next()
            while let bucket = pending, NativeHistogram.coarseIndex(bucket.index, shift) == index {
                count += bucket.count
                pending = walk.next()
            }
            if threshold != 0, NativeHistogram.exponentialBound(index, schema: schema) <= threshold { continue }
            threshold = 0
            return (index, count)
        }
        return nil
    }
}

extension NativeHistogram {
    /// The index that a bucket's observations have `shift` schemas further down.
    static func coarseIndex(_ index: Int64, _ shift: Int64) -> Int64 { shift == 0 ? index : ((index - 1) >> shift) + 1 }
}
