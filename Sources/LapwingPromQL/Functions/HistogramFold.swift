import LapwingSeries
import LapwingText

/// The sum or the mean of histograms that come one by one, with what is to be remarked about them.
///
/// Source: Prometheus 3.14 `promql/engine.go`, `aggregation`; `promql/functions.go`, `funcSumOverTime`, `funcAvgOverTime`.
struct HistogramFold {
    private enum Accumulation {
        case sum(NativeHistogramSum)
        case mean(NativeHistogramMean)
    }

    private var accumulation: Accumulation
    private var hasReset = false
    private var hasNoReset = false
    private(set) var hasReconciledBounds = false

    init(_ first: NativeHistogram, isMean: Bool) {
        accumulation = isMean ? .mean(NativeHistogramMean(first)) : .sum(NativeHistogramSum(first))
        note(first.counterResetHint)
    }

    private mutating func note(_ hint: NativeHistogram.CounterResetHint) {
        if hint == .reset { hasReset = true }
        if hint == .notReset { hasNoReset = true }
    }

    /// - Throws: when the one is exponential and the others are not.
    mutating func add(_ histogram: NativeHistogram) throws(NativeHistogramError) {
        note(histogram.counterResetHint)
        let remarks: NativeHistogram.Remarks
        switch accumulation {
        case .sum(var sum):
            // Held once, so that its buckets are added to where they are.
            accumulation = .sum(NativeHistogramSum(NativeHistogram()))
            defer { accumulation = .sum(sum) }
            remarks = try sum.add(histogram)
        case .mean(var mean):
            accumulation = .sum(NativeHistogramSum(NativeHistogram()))
            defer { accumulation = .mean(mean) }
            remarks = try mean.add(histogram)
        }
        if remarks.contains(.boundsReconciled) { hasReconciledBounds = true }
    }

    var value: NativeHistogram {
        switch accumulation {
        case .sum(let sum): sum.total
        case .mean(let mean): mean.value
        }
    }

    func annotate(_ range: SourceRange, _ annotations: inout Annotations) {
        if hasReset && hasNoReset { annotations.add(.counterResetsCollide(.aggregation, range)) }
        if hasReconciledBounds { annotations.add(.customBucketsReconciled(.aggregation, range)) }
    }
}
