import LapwingSeries
import LapwingText

extension Evaluator {
    mutating func binary(_ plan: BinaryPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let left = try evaluate(plan.left, on: grid)
        let right = try evaluate(plan.right, on: grid)
        switch (left, right) {
        case (.scalar(let a), .scalar(let b)):
            if plan.operation.isTrim { throw .execution("operator \(GoQuote.quote(plan.operation.rawValue)) not allowed for Scalar operations") }
            return .scalar(
                zip(a, b).map { x, y in plan.operation.isComparison ? (plan.operation.holds(x, y) ? 1 : 0) : plan.operation.apply(x, y) })
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

    /// The value of an operator for two elements of either kind; nil drops the element.
    mutating func combined(_ plan: BinaryPlan, _ left: MixedWindow.Value, _ right: MixedWindow.Value) -> MixedWindow.Value? {
        LapwingPromQL.combined(plan, left, right, &annotations)
    }
}
