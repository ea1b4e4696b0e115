import LapwingSeries
import LapwingSystem
import LapwingText

/// What a function computes; the one table from names to kernels.
enum FunctionKernel: Sendable {
    /// One value from each window of a range vector; the scalars among its arguments are parameters.
    case window(WindowKernel)
    /// Each float by itself, with the values of its scalar arguments at that step.
    case elementwise(ElementKernel)
    /// Each value as a time in seconds, UTC; the evaluation's own time without an argument.
    case date(@Sendable (CivilTime) -> Double)
    /// Anything that looks at more than one element, or at labels.
    case special(@Sendable (inout Evaluator, CallPlan, StepGrid) throws(QueryError) -> EvaluatedValue)

    static func named(_ name: String) -> FunctionKernel? { WindowKernel(rawValue: name).map { .window($0) } ?? table[name] }

    private static func simple(_ function: @escaping @Sendable (Double) -> Double) -> FunctionKernel {
        .elementwise(.each(function))
    }

    private static let table: [String: FunctionKernel] = [
        "abs": simple { $0.magnitude },
        "ceil": simple { $0.rounded(.up) },
        "floor": simple { $0.rounded(.down) },
        "exp": simple { exp($0) },
        "sqrt": simple { $0 < 0 ? .nan : $0.squareRoot() },
        "ln": simple { log($0) },
        "log2": simple { log2($0) },
        "log10": simple { log10($0) },
        "sin": simple { sin($0) },
        "cos": simple { cos($0) },
        "tan": simple { tan($0) },
        "asin": simple { asin($0) },
        "acos": simple { acos($0) },
        "atan": simple { atan($0) },
        "sinh": simple { sinh($0) },
        "cosh": simple { cosh($0) },
        "tanh": simple { tanh($0) },
        "asinh": simple { asinh($0) },
        "acosh": simple { acosh($0) },
        "atanh": simple { atanh($0) },
        "rad": simple { $0 * .pi / 180 },
        "deg": simple { $0 * 180 / .pi },
        "sgn": simple { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 },
        "round": .elementwise(.eachStep { value, parameters, step in
            let inverse = 1 / (parameters.isEmpty ? 1 : parameters[0][step])
            return (value * inverse + 0.5).rounded(.down) / inverse
        }),
        "clamp": .elementwise(.eachStep { value, parameters, step in clamped(value, parameters[0][step], parameters[1][step]) }),
        "clamp_min": .elementwise(.eachStep { value, parameters, step in clamped(value, parameters[0][step], .infinity) }),
        "clamp_max": .elementwise(.eachStep { value, parameters, step in clamped(value, -.infinity, parameters[0][step]) }),
        "minute": .date { Double($0.minute) },
        "hour": .date { Double($0.hour) },
        "day_of_month": .date { Double($0.day) },
        "day_of_week": .date { Double($0.weekday) },
        "day_of_year": .date { Double($0.dayOfYear) },
        "days_in_month": .date { Double($0.daysInMonth) },
        "month": .date { Double($0.month) },
        "year": .date { Double($0.year) },
        "time": .special { (_, _, grid) throws(QueryError) in .scalar(grid.times.map { Double($0) / 1000 }) },
        "pi": .special { (_, _, grid) throws(QueryError) in .scalar(Array(repeating: .pi, count: grid.count)) },
        "vector": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.vectorOfScalar(plan, on: grid) },
        "scalar": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.scalarOfVector(plan, on: grid) },
        "max_of": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.extremeOfScalars(plan, isMaximum: true, on: grid) },
        "min_of": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.extremeOfScalars(plan, isMaximum: false, on: grid) },
        "timestamp": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.timestamp(plan, on: grid) },
        "start_timestamp": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.startTimestamp(plan, on: grid) },
        "absent": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.absent(plan, on: grid) },
        "absent_over_time": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.absentOverTime(plan, on: grid) },
        "sort": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.sorted(plan, isDescending: false, on: grid) },
        "sort_desc": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.sorted(plan, isDescending: true, on: grid) },
        "sort_by_label": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.sortedByLabel(plan, isDescending: false, on: grid)
        },
        "sort_by_label_desc": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.sortedByLabel(plan, isDescending: true, on: grid)
        },
        "label_replace": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.labelReplace(plan, on: grid) },
        "label_join": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.labelJoin(plan, on: grid) },
        "info": .special { (evaluator, plan, grid) throws(QueryError) in try evaluator.info(plan, on: grid) },
        "histogram_quantile": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramQuantile(plan, on: grid)
        },
        "histogram_quantiles": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramQuantiles(plan, on: grid)
        },
        "histogram_fraction": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramFraction(plan, on: grid)
        },
        "histogram_count": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramNumber(plan, on: grid) { $0.count }
        },
        "histogram_sum": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramNumber(plan, on: grid) { $0.sum }
        },
        "histogram_avg": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramNumber(plan, on: grid) { $0.sum / $0.count }
        },
        "histogram_stddev": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramNumber(plan, on: grid) { $0.variance.squareRoot() }
        },
        "histogram_stdvar": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.histogramNumber(plan, on: grid) { $0.variance }
        },
    ]
}

extension Evaluator {
    /// A call that cannot be computed row by row.
    mutating func call(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        switch FunctionKernel.named(plan.function.name) {
        case .date(let part):
            return .vector(oneRow(grid.times.map { part(CivilTime(seconds: Double($0) / 1000)) }))
        case .special(let body): return try body(&self, plan, grid)
        case .window, .elementwise, nil: throw .execution("function \(plan.function.name) is not there yet in this version of lapwing")
        }
    }

    /// The rows of a range function.
    mutating func windowCall(_ kernel: WindowKernel, _ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> RowPipeline {
        var window: WindowPlan?
        var parameters: [[Double]] = []
        for argument in plan.arguments {
            switch argument {
            case .window(let plan), .stepInvariant(.window(let plan)): window = plan
            default: parameters.append(try scalar(argument, on: grid))
            }
        }
        guard let window else { throw .execution("\(plan.function.name) needs a range vector") }
        if case .selector(let selector) = window.source, let modifier = selector.rangeExtension {
            return RowPipeline(try extendedWindows(kernel, window, selector, modifier, on: grid))
        }
        return try rows(kernel, window, parameters: parameters, parameterRange: plan.expressions.first?.range, on: grid)
    }
}

/// A value kept between two others; absent where the lower lies above the upper.
private func clamped(_ value: Double, _ low: Double, _ high: Double) -> Double {
    if high < low { return StepMatrix.absent }
    return greater(low, lesser(high, value))
}

/// As Go's `math.Max`: infinity comes before what is no number, and 0 is greater than -0.
func greater(_ first: Double, _ second: Double) -> Double {
    if first == .infinity || second == .infinity { return .infinity }
    if first.isNaN || second.isNaN { return .nan }
    if first == second { return first.sign == .minus ? second : first }
    return first > second ? first : second
}

/// As Go's `math.Min`, the mirror image of `greater`.
func lesser(_ first: Double, _ second: Double) -> Double { -greater(-first, -second) }
