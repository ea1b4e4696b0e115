import LapwingText

/// Why histograms cannot be combined, or one cannot be taken.
///
/// Source: Prometheus 3.14 `model/histogram/generic.go`, whose words these are.
public enum NativeHistogramError: Error, Sendable, Hashable {
    /// One has exponential buckets, the other custom ones.
    case incompatibleSchemas
    case invalidSchema(Int32)
    /// More or fewer buckets are given than spans list.
    case bucketCount(side: String, listed: Int, given: Int)
    case negativeOffset(side: String, span: Int, offset: Int32)
    case negativeBucket(side: String, bucket: Int, count: Double)
    case negativeZeroCount(Double)
    case negativeCount(Double)
    case boundIsNaN
    case boundsOutOfOrder(previous: Double, current: Double)
    case infiniteBound
    case tooFewBounds(bounds: Int, buckets: Int)
    /// A custom histogram has what only exponential ones have, or the other way round.
    case misplaced(String)

    public var message: String {
        switch self {
        case .incompatibleSchemas:
            "cannot apply this operation on histograms with a mix of exponential and custom bucket schemas"
        case .invalidSchema(let schema):
            "histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for custom buckets, "
                + "got schema \(schema)"
        case .bucketCount(let side, let listed, let given):
            "\(side): spans need \(listed) buckets, have \(given) buckets: "
                + "histogram spans specify different number of buckets than provided"
        case .negativeOffset(let side, let span, let offset):
            "\(side): span number \(span) with offset \(offset): histogram has a span whose offset is negative"
        case .negativeBucket(let side, let bucket, let count):
            "\(side): bucket number \(bucket) has observation count of \(GoNumber.text(count)): "
                + "histogram has a bucket whose observation count is negative"
        case .negativeZeroCount(let count):
            "zero bucket has observation count of \(GoNumber.text(count)): histogram has a bucket whose observation count is negative"
        case .negativeCount(let count):
            "observation count is  \(GoNumber.text(count)): histogram's observation count is negative"
        case .boundIsNaN: "custom buckets: histogram custom bounds must not be NaN"
        case .boundsOutOfOrder(let previous, let current):
            "custom buckets: previous bound is \(GoNumber.text(previous, .fixed, precision: 6)) and current is "
                + "\(GoNumber.text(current, .fixed, precision: 6)): histogram custom bounds must be in strictly increasing order"
        case .infiniteBound:
            "custom buckets: last +Inf bound must not be explicitly defined: histogram custom bounds must be finite"
        case .tooFewBounds(let bounds, let buckets):
            "custom buckets: only \(bounds) custom bounds defined which is insufficient to cover total span length of \(buckets): "
                + "histogram custom bounds are too few"
        case .misplaced(let what): what
        }
    }
}
