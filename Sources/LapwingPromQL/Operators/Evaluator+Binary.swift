import LapwingSeries
import LapwingText

extension Evaluator {
    mutating func binary(_ plan: BinaryPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let left = try evaluate(plan.left, on: grid)
        let right = try evaluate(plan.right, on: grid)
        switch (left, right) {
        case (.scalar(let a), .scalar(let b)):
            return .scalar(
                zip(a, b).map { x, y in plan.operation.isComparison ? (plan.operation.holds(x, y) ? 1 : 0) : plan.operation.apply(x, y) })
        case (.vector(let matrix), .scalar(let scalars)):
            return .vector(withScalar(plan, matrix, scalars, scalarIsLeft: false))
        case (.scalar(let scalars), .vector(let matrix)):
            return .vector(withScalar(plan, matrix, scalars, scalarIsLeft: true))
        case (.vector(let a), .vector(let b)):
            let matching = plan.matching ?? VectorMatching()
            let result: StepMatrix
            if plan.operation.isSet {
                result = try combine(plan.operation, a, b, matching)
                try hold(result.values.count)
            } else {
                var join = VectorJoin(plan, matching, a, b)
                result = try join.result(&self)
            }
            release(a.values.count + b.values.count)
            return .vector(result)
        default: throw .execution("binary expression must contain only scalar and instant vector types")
        }
    }

    /// A vector and a scalar: each row by itself.
    private mutating func withScalar(_ plan: BinaryPlan, _ matrix: StepMatrix, _ scalars: [Double], scalarIsLeft: Bool) -> StepMatrix {
        var result = matrix
        let operation = plan.operation
        let filters = operation.isComparison && !plan.returnsBool
        for row in 0..<matrix.rowCount {
            if matrix.histograms.isEmpty {
                applyScalars(operation, &result.values, row * matrix.stepCount, scalars, scalarIsLeft, plan.returnsBool)
            } else {
                for (step, cell) in matrix.cells(of: row).enumerated() where matrix.isPresent(cell) {
                    applyMixed(plan, &result, cell, scalars[step], scalarIsLeft)
                }
            }
            result.dropsName[row] = matrix.dropsName[row] || operation.dropsName || plan.returnsBool
        }
        return filters || !matrix.histograms.isEmpty || operation == .trimUpper || operation == .trimLower
            ? result.filteringRows { result.hasValues(row: $0) } : result
    }

    private mutating func applyMixed(_ plan: BinaryPlan, _ result: inout StepMatrix, _ cell: Int, _ scalar: Double, _ scalarIsLeft: Bool) {
        let vector = result.histogram(at: cell).map(MixedWindow.Value.histogram) ?? .float(result.values[cell])
        let value = scalarIsLeft ? combined(plan, .float(scalar), vector) : combined(plan, vector, .float(scalar))
        result.histograms[cell] = nil
        result.values[cell] = StepMatrix.absent
        guard let value else { return }
        // A comparison keeps the vector's element, whichever side it stands on.
        result.set(plan.operation.isComparison && !plan.returnsBool ? vector : value, at: cell)
    }

    /// The value of an operator for two elements of either kind; nil drops the element, with a remark where upstream has one.
    mutating func combined(_ plan: BinaryPlan, _ left: MixedWindow.Value, _ right: MixedWindow.Value) -> MixedWindow.Value? {
        switch (left, right) {
        case (.float(let a), .float(let b)):
            if plan.operation == .trimUpper || plan.operation == .trimLower {
                annotations.add(.incompatibleTypes("float", plan.operation.rawValue, "float", plan.range))
                return nil
            }
            if plan.returnsBool { return .float(plan.operation.holds(a, b) ? 1 : 0) }
            return plan.operation.holds(a, b) ? .float(plan.operation.apply(a, b)) : nil
        case (.histogram(let a), .float(let b)):
            switch plan.operation {
            case .multiply: return .histogram(a.scaled(by: b))
            case .divide: return .histogram(a.scaled(by: 1 / b))
            default: annotations.add(.incompatibleTypes("histogram", plan.operation.rawValue, "float", plan.range))
            }
        case (.float(let a), .histogram(let b)):
            if plan.operation == .multiply { return .histogram(b.scaled(by: a)) }
            annotations.add(.incompatibleTypes("float", plan.operation.rawValue, "histogram", plan.range))
        case (.histogram(let a), .histogram(let b)) where plan.operation == .equal || plan.operation == .notEqual:
            let holds = (a == b) == (plan.operation == .equal)
            return plan.returnsBool ? .float(holds ? 1 : 0) : holds ? left : nil
        case (.histogram, .histogram):
            annotations.add(.incompatibleTypes("histogram", plan.operation.rawValue, "histogram", plan.range))
        }
        return nil
    }
}

/// One row of floats against the scalars of all steps.
private func applyScalars(
    _ operation: BinaryOperator, _ values: inout [Double], _ base: Int, _ scalars: [Double], _ scalarIsLeft: Bool, _ returnsBool: Bool
) {
    for step in 0..<scalars.count {
        let value = values[base + step]
        if value.bitPattern == StepMatrix.absentBits { continue }
        let (left, right) = scalarIsLeft ? (scalars[step], value) : (value, scalars[step])
        if operation.isComparison || operation == .trimUpper || operation == .trimLower {
            let holds = operation.holds(left, right)
            values[base + step] = returnsBool ? (holds ? 1 : 0) : holds ? value : StepMatrix.absent
        } else {
            values[base + step] = operation.apply(left, right)
        }
    }
}
