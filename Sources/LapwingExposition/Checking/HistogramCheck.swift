import LapwingSeries
import LapwingText

/// What the samples of one histogram at one time must have in common.
struct HistogramCheck {
    private var hasSamples = false
    private var bound: Double?
    private var bucketValue = 0.0
    private var count: Double?
    private var sums: Set<String> = []
    private var hasNegativeBound = false
    private var hasNegativeSum = false

    /// A bound or quantile: a number that is not NaN, with infinity written only as `+Inf`.
    static func bound(_ text: String?) -> Double? {
        guard let text, let number = GoNumber.parse(text), !number.isNaN else { return nil }
        return number == .infinity && text != "+Inf" ? nil : number
    }

    /// - Parameter startsGroup: whether the samples before belong to another histogram or time.
    /// - Returns: the rules that this sample breaks, and those that the histogram before it left unkept.
    mutating func add(_ sample: OpenMetricsFamily.Sample, startsGroup: Bool) -> [String] {
        var faults = startsGroup ? finish() : []
        hasSamples = true
        switch sample.suffix {
        case "_bucket":
            guard let next = Self.bound(sample.label(LabelName.bucket)) else { break }
            if next < 0 { hasNegativeBound = true }
            if let bound, next <= bound { faults.append("the bounds of buckets ascend") }
            if sample.value < bucketValue { faults.append("the values of buckets do not descend") }
            bound = next
            bucketValue = sample.value
        case "_count", "_gcount": count = sample.value
        case "_sum", "_gsum":
            sums.insert(sample.suffix)
            if sample.value < 0 { hasNegativeSum = true }
        default: break
        }
        return faults
    }

    /// Ends a histogram.
    ///
    /// - Returns: the rules that it breaks as a whole.
    mutating func finish() -> [String] {
        defer { self = HistogramCheck() }
        guard hasSamples else { return [] }
        var faults: [String] = []
        if bound != .infinity { faults.append("a histogram has a bucket with le=\"+Inf\"") }
        if let count, count != bucketValue { faults.append("a histogram's count is that of its +Inf bucket") }
        if count == nil, !sums.isEmpty { faults.append("a histogram with a sum has a count") }
        if count != nil, sums.isEmpty { faults.append("a histogram with a count has a sum") }
        if hasNegativeBound, sums.contains("_sum") { faults.append("a histogram with negative bounds has no _sum") }
        if !hasNegativeBound, hasNegativeSum { faults.append("a negative sum needs negative bounds") }
        return faults
    }
}
