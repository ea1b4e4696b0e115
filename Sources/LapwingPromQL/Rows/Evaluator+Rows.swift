import LapwingSeries
import LapwingText

/// From plan to rows: what of an expression can be computed row by row, and where that has to begin.
extension Evaluator {
    /// The rows of a node that is a vector. What is no matter of single rows (aggregations, joins, functions that look at
    /// labels) is computed here and now, and its rows are where the pipeline begins.
    mutating func pipeline(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> RowPipeline {
        if let matrix = try shared(node, on: grid) { return RowPipeline(matrix) }
        return try ownPipeline(node, on: grid)
    }

    /// As `pipeline`, computed for this query alone.
    mutating func ownPipeline(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> RowPipeline {
        switch node {
        case .selector(let plan) where plan.rangeExtension != .smoothed: return try latest(plan, .value, on: grid)
        case .negated(let operand):
            var pipeline = try pipeline(operand, on: grid)
            pipeline.append(.negated(pipeline.root), dropsNames: true, grid)
            return pipeline
        case .stepInvariant(let inner):
            var pipeline = try pipeline(inner, on: grid.first)
            if grid.count > 1 { pipeline.append(.once(pipeline.root), dropsNames: false, grid) }
            return pipeline
        case .binary(let plan) where plan.left.isScalar != plan.right.isScalar && !plan.operation.isSet:
            return try withScalar(plan, on: grid)
        case .call(let plan):
            if let pipeline = try pipeline(of: plan, on: grid) { return pipeline }
        case .number, .string, .selector, .window, .aggregation, .binary: break
        }
        guard case .vector(let matrix) = try evaluate(wholly: node, on: grid) else { throw .execution("expected an instant vector") }
        return RowPipeline(matrix)
    }

    private mutating func pipeline(of plan: CallPlan, on grid: StepGrid) throws(QueryError) -> RowPipeline? {
        switch FunctionKernel.named(plan.function.name) {
        case .window(let kernel): return try windowCall(kernel, plan, on: grid)
        case .elementwise(let kernel): return try elementwise(kernel, plan, on: grid)
        case .date(let part):
            guard let argument = plan.arguments.first else { return nil }
            var pipeline = try pipeline(argument, on: grid)
            let kernel = ElementKernel.each { part(CivilTime(seconds: $0)) }
            pipeline.append(.elementwise(kernel, parameters: [], pipeline.root), dropsNames: true, grid)
            return pipeline
        case .special, nil: return nil
        }
    }

    /// A selector's newest samples, or their times.
    mutating func latest(_ plan: SelectorPlan, _ reading: LatestNode.Reading, on grid: StepGrid) throws(QueryError) -> RowPipeline {
        let frame = WindowFrame(grid: grid, shift: plan.shift, window: lookback)
        let range = frame.range
        let set = try series(plan.matchers, over: range)
        return RowPipeline(
            root: .latest(LatestNode(set, frame, reading, readsHistogramCounts: plan.readsHistogramCounts)), labels: set.labels,
            dropsAllNames: reading != .value, dropsName: [],
            rowCost: grid.count == 1 ? 150 : Self.readingCost(range) + grid.count * 2)
    }

    /// Nanoseconds for the samples of a range of one series, at 15 s and 3 ns each.
    private static func readingCost(_ range: TimeRange) -> Int {
        let span = range.end.duration(since: range.start).milliseconds
        return 300 + Int(clamping: min(span, 1 << 50) / 5000)
    }

    /// Nanoseconds for a long window of one series that is known by its summaries.
    private static let summaryCost = 1000

    private mutating func elementwise(_ kernel: ElementKernel, _ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> RowPipeline {
        var parameters: [[Double]] = []
        for argument in plan.arguments.dropFirst() { parameters.append(try scalar(argument, on: grid)) }
        var pipeline = try pipeline(plan.arguments[0], on: grid)
        pipeline.append(.elementwise(kernel, parameters: parameters, pipeline.root), dropsNames: true, grid)
        return pipeline
    }

    private mutating func withScalar(_ plan: BinaryPlan, on grid: StepGrid) throws(QueryError) -> RowPipeline {
        let scalarIsLeft = plan.left.isScalar
        let scalars = try scalar(scalarIsLeft ? plan.left : plan.right, on: grid)
        var pipeline = try pipeline(scalarIsLeft ? plan.right : plan.left, on: grid)
        pipeline.append(
            .withScalar(plan, scalars: scalars, scalarIsLeft: scalarIsLeft, pipeline.root),
            dropsNames: plan.operation.dropsName || plan.returnsBool, grid)
        return pipeline
    }

    /// A range function over a selector or subquery that is not extended.
    mutating func rows(
        _ kernel: WindowKernel, _ plan: WindowPlan, parameters: [[Double]], parameterRange: SourceRange? = nil, on grid: StepGrid
    ) throws(QueryError) -> RowPipeline {
        let frame = WindowFrame(grid: grid, shift: plan.shift, window: plan.window)
        switch plan.source {
        case .selector(let selector):
            let set = try series(selector.matchers, over: frame.range)
            let node = WindowNode(
                kernel, .series(set), frame, parameters, plan.range, parameterRange, readsHistogramCounts: selector.readsHistogramCounts,
                hasCounterName: selector.matchers.chooseCounterName)
            let longWindows = set.hasSummaries ? node.longWindows.count : 0
            let readingCost = longWindows > 0
                ? min(Self.readingCost(frame.range), longWindows * Self.summaryCost) : Self.readingCost(frame.range)
            return RowPipeline(
                root: .window(node), labels: set.labels, dropsAllNames: !kernel.keepsName, dropsName: [],
                rowCost: readingCost + grid.count * 8)
        case .subquery(let inner, let step):
            guard let innerGrid = frame.subqueryGrid(step: step) else { return RowPipeline(StepMatrix(stepCount: grid.count)) }
            // A row of the inner grid is allocated whole: it has to fit before anything is evaluated.
            guard innerGrid.count <= options.maximumSamples else { throw .tooManySamples(limit: options.maximumSamples) }
            var pipeline = inner.isScalar
                ? RowPipeline(row: try scalar(inner, on: innerGrid)) : try self.pipeline(inner, on: innerGrid)
            let node = WindowNode(kernel, .subquery(pipeline.root, innerGrid), frame, parameters, plan.range, parameterRange)
            pipeline.append(.window(node), dropsNames: !kernel.keepsName, grid)
            return pipeline
        }
    }
}

extension RowPipeline {
    /// A scalar as a vector of one row without labels.
    init(row values: [Double]) {
        var matrix = StepMatrix(stepCount: values.count)
        matrix.appendRow(.empty, dropsName: false)
        matrix.values = values
        self.init(matrix)
    }

    /// The rows of a vector that was computed before.
    init(_ matrix: StepMatrix) {
        self.init(
            root: .matrix(matrix), labels: matrix.labels, dropsAllNames: false, dropsName: matrix.dropsName,
            rowCost: matrix.stepCount)
    }

    fileprivate mutating func append(_ node: RowNode, dropsNames: Bool, _ grid: StepGrid) {
        root = node
        dropsAllNames = dropsAllNames || dropsNames
        rowCost += grid.count * 4
    }
}

extension WindowFrame {
    /// The multiples of a subquery's step that lie in any window.
    func subqueryGrid(step: Int64) -> StepGrid? {
        let start = start(of: 0)
        var first = step * (start / step)
        if first <= start { first += step }
        return StepGrid(from: first, through: end(of: grid.count - 1), step: step)
    }
}

extension PlanNode {
    /// Whether the node is a number at each step, rather than a vector.
    var isScalar: Bool {
        switch self {
        case .number: true
        case .string, .selector, .window, .aggregation: false
        case .call(let plan): plan.function.returnType == .scalar
        case .binary(let plan): plan.left.isScalar && plan.right.isScalar
        case .negated(let inner), .stepInvariant(let inner): inner.isScalar
        }
    }
}
