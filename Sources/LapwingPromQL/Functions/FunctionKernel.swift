import Foundation
import LapwingSeries
import LapwingText

/// What a function computes; the one table from names to kernels.
enum FunctionKernel: Sendable {
    /// One value from each window of a range vector; the scalars among its arguments are parameters.
    case window(WindowKernel)
    /// Each float by itself, with the values of its scalar arguments at that step.
    case elementwise(@Sendable (_ value: Double, _ parameters: ArraySlice<Double>) -> Double)
    /// Each value as a time in seconds, UTC; the evaluation's own time without an argument.
    case date(@Sendable (CivilTime) -> Double)
    /// Anything that looks at more than one element, or at labels.
    case special(@Sendable (inout Evaluator, CallPlan, StepGrid) throws(QueryError) -> EvaluatedValue)

    static func named(_ name: String) -> FunctionKernel? { WindowKernel(rawValue: name).map { .window($0) } ?? table[name] }

    private static func simple(_ function: @escaping @Sendable (Double) -> Double) -> FunctionKernel {
        .elementwise { value, _ in function(value) }
    }

    private static let table: [String: FunctionKernel] = [
        "abs": simple { $0.magnitude },
        "ceil": simple { $0.rounded(.up) },
        "floor": simple { $0.rounded(.down) },
        "exp": simple { Foundation.exp($0) },
        "sqrt": simple { $0 < 0 ? .nan : $0.squareRoot() },
        "ln": simple { Foundation.log($0) },
        "log2": simple { Foundation.log2($0) },
        "log10": simple { Foundation.log10($0) },
        "sin": simple { Foundation.sin($0) },
        "cos": simple { Foundation.cos($0) },
        "tan": simple { Foundation.tan($0) },
        "asin": simple { Foundation.asin($0) },
        "acos": simple { Foundation.acos($0) },
        "atan": simple { Foundation.atan($0) },
        "sinh": simple { Foundation.sinh($0) },
        "cosh": simple { Foundation.cosh($0) },
        "tanh": simple { Foundation.tanh($0) },
        "asinh": simple { Foundation.asinh($0) },
        "acosh": simple { Foundation.acosh($0) },
        "atanh": simple { Foundation.atanh($0) },
        "rad": simple { $0 * .pi / 180 },
        "deg": simple { $0 * 180 / .pi },
        "sgn": simple { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 },
        "round": .elementwise { value, parameters in
            let inverse = 1 / (parameters.first ?? 1)
            return (value * inverse + 0.5).rounded(.down) / inverse
        },
        "clamp": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.clamp(plan, lower: plan.arguments[1], upper: plan.arguments[2], on: grid)
        },
        "clamp_min": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.clamp(plan, lower: plan.arguments[1], upper: nil, on: grid)
        },
        "clamp_max": .special { (evaluator, plan, grid) throws(QueryError) in
            try evaluator.clamp(plan, lower: nil, upper: plan.arguments[1], on: grid)
        },
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
    ]
}

extension Evaluator {
    mutating func call(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        switch FunctionKernel.named(plan.function.name) {
        case .window(let kernel): return .vector(try windowCall(kernel, plan, on: grid))
        case .elementwise(let function):
            var parameters: [[Double]] = []
            for argument in plan.arguments.dropFirst() { parameters.append(try scalar(argument, on: grid)) }
            return .vector(mapFloats(try vector(plan.arguments[0], on: grid)) { value, step in function(value, parameters.map { $0[step] }[...]) })
        case .date(let part):
            guard let argument = plan.arguments.first else {
                var matrix = StepMatrix(stepCount: grid.count)
                matrix.appendRow(.empty, dropsName: false)
                for step in 0..<grid.count { matrix.values[step] = part(CivilTime(seconds: Double(grid.time(step)) / 1000)) }
                return .vector(matrix)
            }
            return .vector(mapFloats(try vector(argument, on: grid)) { value, _ in part(CivilTime(seconds: value)) })
        case .special(let body): return try body(&self, plan, grid)
        case nil: throw .execution("function \(plan.function.name) is not there yet in this version of lapwing")
        }
    }

    private mutating func windowCall(_ kernel: WindowKernel, _ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> StepMatrix {
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
            return try extendedWindows(kernel, window, selector, modifier, on: grid)
        }
        if kernel == .quantile {
            for value in parameters[0] where value.isNaN || value < 0 || value > 1 {
                annotations.add(.invalidQuantile(value, plan.expressions[0].range))
            }
        }
        if kernel == .smoothing { try Self.checkSmoothing(parameters) }
        return try windowed(kernel, window, parameters: parameters, on: grid)
    }

    private static func checkSmoothing(_ parameters: [[Double]]) throws(QueryError) {
        for (values, name) in zip(parameters, ["smoothing factor. Expected: 0 < sf < 1", "trend factor. Expected: 0 < tf < 1"]) {
            for value in values where value <= 0 || value >= 1 {
                throw .execution("invalid \(name), got: \(GoNumber.text(value, .fixed, precision: 6))")
            }
        }
    }

    /// Every float changed, every histogram left out; the metric's name goes.
    func mapFloats(_ matrix: StepMatrix, _ change: (_ value: Double, _ step: Int) -> Double) -> StepMatrix {
        var result = matrix
        result.histograms = [:]
        for row in 0..<matrix.rowCount {
            result.dropsName[row] = true
            for (step, cell) in matrix.cells(of: row).enumerated() where matrix.isPresent(cell) {
                result.values[cell] = matrix.histogram(at: cell) == nil ? change(matrix.values[cell], step) : StepMatrix.absent
            }
        }
        return matrix.histograms.isEmpty ? result : result.filteringRows { result.hasValues(row: $0) }
    }
}
