import LapwingSeries
import LapwingText

extension Evaluator {
    /// An aggregation whose input has histograms.
    mutating func foldMixed(
        _ input: StepMatrix, _ grouping: Grouping, _ plan: AggregationPlan, into result: inout StepMatrix
    ) throws(QueryError) {
        switch plan.operation {
        case .count, .group: foldWhole(plan.operation, input, grouping, into: &result)
        case .sum, .avg:
            for (group, rows) in grouping.rows.enumerated() {
                try check()
                foldMixedGroup(plan, input, rows, into: &result, group, &annotations)
            }
        case .min, .max, .stddev, .stdvar:
            var floats = input
            for cell in input.values.indices where input.histogram(at: cell) != nil {
                floats.values[cell] = StepMatrix.absent
                annotations.add(.histogramIgnored(in: plan.operation.rawValue, plan.inputRange))
            }
            floats.histograms = [:]
            if plan.operation == .min || plan.operation == .max { return foldWhole(plan.operation, floats, grouping, into: &result) }
            for (group, rows) in grouping.rows.enumerated() {
                foldByStep(plan.operation, floats, rows, into: &result.values, base: group * result.stepCount)
            }
        case .countValues, .topk, .bottomk, .limitk, .limitRatio, .quantile: break
        }
    }
}

/// The operations that take a row at once, whatever its cells hold.
private func foldWhole(_ operation: AggregationOperator, _ input: StepMatrix, _ grouping: Grouping, into result: inout StepMatrix) {
    guard GroupFold.folds(operation) else { return }
    var fold = GroupFold(operation, groups: 0..<grouping.count, stepCount: input.stepCount)
    for row in 0..<input.rowCount { fold.add(Array(input.values[input.cells(of: row)]), to: grouping.groupOfRow[row]) }
    if let values = fold.finish() { result.values = Array(values) }
}

/// `sum` and `avg` of one group's rows, floats and histograms: at each step all have to be of one kind.
///
/// - Complexity: O(cells of the rows) additions.
/// - Source: Prometheus 3.14 `promql/engine.go`, `aggregation`.
private func foldMixedGroup(
    _ plan: AggregationPlan, _ input: StepMatrix, _ rows: [Int], into result: inout StepMatrix, _ group: Int, _ annotations: inout Annotations
) {
    for step in 0..<input.stepCount {
        var fold = MixedFold(plan)
        for row in rows {
            let cell = row * input.stepCount + step
            guard input.isPresent(cell) else { continue }
            if let histogram = input.histogram(at: cell) {
                fold.add(histogram, metric: input.labels[row], &annotations)
            } else {
                fold.add(input.values[cell])
            }
        }
        if let value = fold.value(&annotations) { result.set(value, at: group * result.stepCount + step) }
    }
}

/// One group's sum or mean at one step.
private struct MixedFold {
    let plan: AggregationPlan
    private var floats: StepFold?
    private var sum = CompensatedSum()
    private var histograms: HistogramFold?
    private var isIncompatible = false
    private var hasFloats = false
    private var hasHistograms = false

    init(_ plan: AggregationPlan) { self.plan = plan }

    mutating func add(_ value: Double) {
        if isIncompatible { return }
        hasFloats = true
        if plan.operation == .sum {
            sum.add(value)
        } else if floats == nil {
            floats = StepFold(.avg, first: value)
        } else {
            floats?.add(value)
        }
    }

    mutating func add(_ histogram: NativeHistogram, metric labels: Labels, _ annotations: inout Annotations) {
        if isIncompatible { return }
        // With floats before it the sum is void in any case.
        if hasFloats, !hasHistograms {
            hasHistograms = true
            return
        }
        hasHistograms = true
        guard histograms != nil else {
            if !hasFloats { histograms = HistogramFold(histogram, isMean: plan.operation == .avg) }
            return
        }
        do throws(NativeHistogramError) {
            try histograms?.add(histogram)
        } catch {
            annotations.add(.mixedExponentialCustomHistograms(labels.metricName, plan.inputRange))
            isIncompatible = true
        }
    }

    /// Nil where there is nothing, and where what there is cannot be added up.
    func value(_ annotations: inout Annotations) -> MixedWindow.Value? {
        if let histograms, histograms.hasReconciledBounds { annotations.add(.customBucketsReconciled(.aggregation, plan.inputRange)) }
        if hasFloats && hasHistograms {
            annotations.add(.mixedFloatsHistogramsInAggregation(plan.inputRange))
            return nil
        }
        if isIncompatible { return nil }
        if let histograms {
            histograms.annotate(plan.inputRange, &annotations)
            return .histogram(histograms.value.compacted())
        }
        guard hasFloats else { return nil }
        return .float(plan.operation == .sum ? sum.total : floats?.value ?? .nan)
    }
}
