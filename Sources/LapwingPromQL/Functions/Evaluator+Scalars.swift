import LapwingSeries
import LapwingText

extension Evaluator {
    func oneRow(_ values: [Double], labels: Labels = .empty) -> StepMatrix {
        var matrix = StepMatrix(stepCount: values.count)
        matrix.appendRow(labels, dropsName: false)
        matrix.values = values
        return matrix
    }

    mutating func vectorOfScalar(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        .vector(oneRow(try scalar(plan.arguments[0], on: grid)))
    }

    /// The only float of a step, NaN where there is none or more than one.
    mutating func scalarOfVector(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let matrix = try vector(plan.arguments[0], on: grid)
        var values = [Double](repeating: .nan, count: grid.count)
        var counts = [Int](repeating: 0, count: grid.count)
        for row in 0..<matrix.rowCount {
            for (step, cell) in matrix.cells(of: row).enumerated() where matrix.isPresent(cell) && matrix.histogram(at: cell) == nil {
                counts[step] += 1
                values[step] = counts[step] == 1 ? matrix.values[cell] : .nan
            }
        }
        return .scalar(values)
    }

    mutating func extremeOfScalars(_ plan: CallPlan, isMaximum: Bool, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let first = try scalar(plan.arguments[0], on: grid)
        let second = try scalar(plan.arguments[1], on: grid)
        return .scalar(
            zip(first, second).map { a, b in isMaximum ? greater(a, b) : lesser(a, b) })
    }

    /// The time of each element's sample for a selector, else the evaluation's own.
    mutating func timestamp(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        if let matrix = try times(plan.arguments[0], .time, on: grid) { return .vector(matrix) }
        var matrix = try vector(plan.arguments[0], on: grid)
        for row in 0..<matrix.rowCount {
            matrix.dropsName[row] = true
            for (step, cell) in matrix.cells(of: row).enumerated() where matrix.isPresent(cell) {
                matrix.values[cell] = Double(grid.time(step)) / 1000
            }
        }
        matrix.histograms = [:]
        return .vector(matrix)
    }

    /// When the counting of each element's sample began for a selector, 0 unknown; nothing for anything else.
    mutating func startTimestamp(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        if let matrix = try times(plan.arguments[0], .startTime, on: grid) { return .vector(matrix) }
        _ = try vector(plan.arguments[0], on: grid)
        return .vector(StepMatrix(stepCount: grid.count))
    }

    /// Nil for what is no selector.
    private mutating func times(_ node: PlanNode, _ reading: LatestNode.Reading, on grid: StepGrid) throws(QueryError) -> StepMatrix? {
        switch node {
        case .selector(let selector): return try selectTimes(selector, reading, on: grid)
        case .stepInvariant(.selector(let selector)):
            let matrix = try selectTimes(selector, reading, on: grid.first)
            return grid.count == 1 ? matrix : matrix.spread(over: grid.count)
        default: return nil
        }
    }

    // MARK: Absence

    mutating func absent(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let matrix = try vector(plan.arguments[0], on: grid)
        var values = [Double](repeating: 1, count: grid.count)
        for row in 0..<matrix.rowCount {
            for (step, cell) in matrix.cells(of: row).enumerated() where matrix.isPresent(cell) { values[step] = StepMatrix.absent }
        }
        return .vector(absenceRow(values, plan))
    }

    mutating func absentOverTime(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let matrix = try windowCall(present: plan, on: grid)
        var values = [Double](repeating: 1, count: grid.count)
        for row in 0..<matrix.rowCount {
            for (step, cell) in matrix.cells(of: row).enumerated() where matrix.isPresent(cell) { values[step] = StepMatrix.absent }
        }
        return .vector(absenceRow(values, plan))
    }

    private mutating func windowCall(present plan: CallPlan, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        switch plan.arguments[0] {
        case .window(let window), .stepInvariant(.window(let window)):
            if case .selector(let selector) = window.source, let modifier = selector.rangeExtension {
                throw Self.unusable(modifier, with: plan.function.name)
            }
            return try windowed(.present, window, parameters: [], on: grid)
        default: throw .execution("absent_over_time needs a range vector")
        }
    }

    private func absenceRow(_ values: [Double], _ plan: CallPlan) -> StepMatrix {
        var matrix = oneRow(values, labels: Self.labelsOfAbsence(plan.expressions[0]))
        matrix.removeLastRowIfEmpty()
        return matrix
    }

    /// The labels that a selector asks for with one `=` each.
    private static func labelsOfAbsence(_ expression: QueryExpression) -> Labels {
        let matchers: [Matcher]
        switch expression {
        case .vectorSelector(let node): matchers = node.matchers
        case .matrixSelector(let node): matchers = node.selector.matchers
        case .parenthesized(let node): return labelsOfAbsence(node.expression)
        default: return .empty
        }
        var builder = Labels.Builder()
        var seen: Set<String> = []
        for matcher in matchers where matcher.name != LabelName.metric {
            if matcher.operation == .equal, seen.insert(matcher.name).inserted {
                builder.set(matcher.name, matcher.value)
            } else {
                builder.remove(matcher.name)
            }
        }
        return builder.labels
    }
}
