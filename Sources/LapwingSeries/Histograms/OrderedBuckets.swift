/// The buckets of a histogram by ascending or descending values, without their bounds, which cost more than the walk.
public struct OrderedBuckets: Sendable {
    public enum Side: Sendable, Hashable {
        case negative, zero, positive
    }

    public struct Place: Sendable, Hashable {
        public var side: Side
        public var index: Int64
        public var count: Double
    }

    private var first: BucketWalk
    private var second: BucketWalk
    private let firstSide: Side
    private let zeroCount: Double
    private var stage = 0

    public init(_ histogram: NativeHistogram, isDescending: Bool = false) {
        let negative = BucketWalk(histogram.negativeSpans, histogram.negativeBuckets, isDescending: !isDescending)
        let positive = BucketWalk(histogram.positiveSpans, histogram.positiveBuckets, isDescending: isDescending)
        (first, second) = isDescending ? (positive, negative) : (negative, positive)
        firstSide = isDescending ? .positive : .negative
        zeroCount = histogram.zeroCount
    }

    public mutating func next() -> Place? {
        if stage == 0 {
            if let bucket = first.next() { return Place(side: firstSide, index: bucket.index, count: bucket.count) }
            stage = 1
            if zeroCount > 0 { return Place(side: .zero, index: 0, count: zeroCount) }
        }
        guard let bucket = second.next() else { return nil }
        return Place(side: firstSide == .negative ? .positive : .negative, index: bucket.index, count: bucket.count)
    }
}
