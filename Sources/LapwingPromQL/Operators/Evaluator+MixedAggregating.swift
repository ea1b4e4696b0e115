import LapwingSeries

extension Evaluator {
    /// An aggregation whose input has histograms.
    mutating func foldMixed(
        _ input: StepMatrix, _ grouping: Grouping, _ plan: AggregationPlan, into result: inout StepMatrix
    ) throws(QueryError) {
        switch plan.operation {
        case .count: foldCounts(input, grouping, &result)
        case .group:
            for row in 0..<input.rowCount {
                for (step, cell) in input.cells(of: row).enumerated() where input.isPresent(cell) {
                    result.values[grouping.groupOfRow[row] * result.stepCount + step] = 1
                }
            }
        case .min, .max, .stddev, .stdvar:
            var floats = input
            for cell in input.values.indices where input.histogram(at: cell) != nil {
                floats.values[cell] = StepMatrix.absent
                annotations.add(.histogramIgnored(in: plan.operation.rawValue, plan.inputRange))
            }
            floats.histograms = [:]
            if plan.operation == .min || plan.operation == .max {
                foldExtremes(floats, grouping, isMaximum: plan.operation == .max, &result)
            } else {
                for (group, rows) in grouping.rows.enumerated() {
                    foldByStep(plan.operation, floats, rows, into: &result.values, base: group * result.stepCount)
                }
            }
        default: throw .execution("\(plan.operation.rawValue) of native histograms is not there yet")
        }
    }
}
