/// A native histogram with float counts: the value of one sample, or of one point of a result.
///
/// Integer histograms are held the same way; `Double` is exact up to 2⁵³ observations. Buckets hold counts, not
/// deltas and not cumulative sums. Source: Prometheus `model/histogram/float_histogram.go`.
public struct NativeHistogram: Sendable, Hashable {
    /// What is known about a counter reset between the previous histogram of the series and this one.
    public enum CounterResetHint: UInt8, Sendable, Hashable {
        case unknown, reset, notReset, gauge
    }

    /// A run of consecutive buckets; `offset` counts the absent ones since the last run (or since index 0).
    public struct BucketSpan: Sendable, Hashable {
        public var offset: Int32
        public var length: UInt32

        public init(offset: Int32, length: UInt32) {
            self.offset = offset
            self.length = length
        }
    }

    /// The schema whose bucket bounds are listed in `customValues`.
    public static let customBucketsSchema: Int32 = -53
    /// Schemas -4…8: each bucket's bounds are a factor of 2^(2^-schema) apart.
    public static let exponentialSchemas: ClosedRange<Int32> = -4...8

    public var counterResetHint: CounterResetHint
    public var schema: Int32
    /// Observations within ± this of zero are in `zeroCount`.
    public var zeroThreshold: Double
    public var zeroCount: Double
    public var count: Double
    public var sum: Double
    public var positiveSpans: [BucketSpan]
    public var negativeSpans: [BucketSpan]
    /// One count for each bucket that `positiveSpans` lists, in order.
    public var positiveBuckets: [Double]
    public var negativeBuckets: [Double]
    /// Upper bounds of custom buckets, ascending, without +Inf; empty for exponential schemas.
    public var customValues: [Double]

    public init(
        counterResetHint: CounterResetHint = .unknown, schema: Int32 = 0, zeroThreshold: Double = 0,
        zeroCount: Double = 0, count: Double = 0, sum: Double = 0, positiveSpans: [BucketSpan] = [],
        positiveBuckets: [Double] = [], negativeSpans: [BucketSpan] = [], negativeBuckets: [Double] = [],
        customValues: [Double] = []
    ) {
        self.counterResetHint = counterResetHint
        self.schema = schema
        self.zeroThreshold = zeroThreshold
        self.zeroCount = zeroCount
        self.count = count
        self.sum = sum
        self.positiveSpans = positiveSpans
        self.positiveBuckets = positiveBuckets
        self.negativeSpans = negativeSpans
        self.negativeBuckets = negativeBuckets
        self.customValues = customValues
    }

    public var usesCustomBuckets: Bool { schema == Self.customBucketsSchema }

    /// A histogram that marks the end of its series, as the stale marker does among floats.
    public var isStaleMarker: Bool { sum.isStaleMarker }

    public static let staleMarker = NativeHistogram(sum: StaleMarker.value)
}
