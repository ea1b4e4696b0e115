import LapwingText

/// What upstream remarks about histograms (`util/annotations/annotations.go`).
extension Annotation {
    /// What two or more histograms were put together by.
    enum HistogramOperation: String {
        case addition, subtraction, aggregation
    }

    private static func naming(_ message: String, _ metric: String) -> String {
        metric.isEmpty ? message : "\(message) for metric name \(GoQuote.quote(metric))"
    }

    static func mixedClassicNativeHistograms(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(.warning, naming("vector contains a mix of classic and native histograms", metric), at: range)
    }

    static func nativeHistogramNotCounter(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(.warning, "this native histogram metric is not a counter: \(GoQuote.quote(metric))", at: range)
    }

    static func nativeHistogramNotGauge(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(.warning, "this native histogram metric is not a gauge: \(GoQuote.quote(metric))", at: range)
    }

    static func mixedExponentialCustomHistograms(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(
            .warning,
            "vector contains a mix of histograms with exponential and custom buckets schemas for metric name \(GoQuote.quote(metric))",
            at: range)
    }

    static func incompatibleBucketLayout(_ operation: String, _ range: SourceRange) -> Annotation {
        Annotation(.warning, "incompatible bucket layout encountered for binary operator \(operation)", at: range)
    }

    static func counterResetsCollide(_ operation: HistogramOperation, _ range: SourceRange) -> Annotation {
        Annotation(.warning, "conflicting counter resets during histogram \(operation.rawValue)", at: range)
    }

    static func customBucketsReconciled(_ operation: HistogramOperation, _ range: SourceRange) -> Annotation {
        Annotation(.information, "mismatched custom buckets were reconciled during \(operation.rawValue)", at: range)
    }

    static func quantileIsNotANumber(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(.information, naming("input to histogram_quantile has NaN observations, result is NaN", metric), at: range)
    }

    static func quantileIsSkewed(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(.information, naming("input to histogram_quantile has NaN observations, result is skewed higher", metric), at: range)
    }

    static func fractionLeavesOutNotANumbers(_ metric: String, _ range: SourceRange) -> Annotation {
        Annotation(
            .information, naming("input to histogram_fraction has NaN observations, which are excluded from all fractions", metric),
            at: range)
    }

    static func forcedMonotonicity(_ metric: String, _ forced: ForcedMonotonicity, _ range: SourceRange) -> Annotation {
        var annotation = Annotation(
            .information,
            naming(
                "input to histogram_quantile needed to be fixed for monotonicity "
                    + "(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)", metric), at: range)
        annotation.forced = forced
        return annotation
    }
}

/// Where classic buckets had to be raised to the count of the one below, over all samples of a query.
struct ForcedMonotonicity: Sendable, Hashable {
    /// Milliseconds.
    var firstTime: Int64
    var lastTime: Int64
    /// Upper bounds.
    var lowestBucket = Double.infinity
    var highestBucket = -Double.infinity
    /// By how much a bucket lay below the one before it at most.
    var greatestDifference = 0.0
    var sampleCount = 1

    init(at time: Int64) { (firstTime, lastTime) = (time, time) }

    mutating func add(_ bound: Double, difference: Double) {
        lowestBucket = min(lowestBucket, bound)
        highestBucket = max(highestBucket, bound)
        greatestDifference = max(greatestDifference, difference)
    }

    mutating func add(_ other: ForcedMonotonicity) {
        firstTime = min(firstTime, other.firstTime)
        lastTime = max(lastTime, other.lastTime)
        lowestBucket = min(lowestBucket, other.lowestBucket)
        highestBucket = max(highestBucket, other.highestBucket)
        greatestDifference = max(greatestDifference, other.greatestDifference)
        sampleCount += other.sampleCount
    }

    /// What follows the message.
    var text: String {
        let difference = GoNumber.text(greatestDifference, .general, precision: 2)
        return ", from buckets \(GoNumber.text(lowestBucket)) to \(GoNumber.text(highestBucket)), with a max diff of \(difference), "
            + "over \(sampleCount) samples from \(Self.second(firstTime)) to \(Self.second(lastTime))"
    }

    private static func second(_ time: Int64) -> String { TimeText.rfc3339(milliseconds: time - (time % 1000)) }
}
