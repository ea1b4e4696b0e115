import LapwingSeries
import LapwingText

/// What a plan's node evaluates to, over all steps of its grid.
enum EvaluatedValue {
    /// One number for each step.
    case scalar([Double])
    case string(String)
    case vector(StepMatrix)
}

/// Executes one plan over one snapshot.
///
/// It owns what a query gathers (annotations, statistics) and the columns that every series is decoded into; what is
/// computed over rows stands in free functions beside the operators.
struct Evaluator {
    let snapshot: any SeriesSnapshot
    let options: EngineOptions
    let context: QueryContext
    /// Milliseconds.
    let lookback: Int64
    var annotations = Annotations()
    var statistics = QueryStatistics()
    /// Reused from series to series.
    var columns = SampleColumns()
    private var samplesHeld = 0
    private var checks = 0

    init(snapshot: any SeriesSnapshot, options: EngineOptions, context: QueryContext) {
        self.snapshot = snapshot
        self.options = options
        self.context = context
        lookback = (context.lookbackDelta ?? options.lookbackDelta).milliseconds
    }

    func result(_ value: QueryValue) -> QueryResult {
        QueryResult(value: value, annotations: annotations, statistics: statistics)
    }

    mutating func evaluate(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        try check()
        switch node {
        case .number(let value): return .scalar(Array(repeating: value, count: grid.count))
        case .string(let text): return .string(text)
        case .selector(let plan): return .vector(plan.rangeExtension == .smoothed ? try smoothed(plan, on: grid) : try select(plan, on: grid))
        case .window(let plan):
            throw .execution("a range vector at \(plan.range.lowerBound + 1) stands where only a function can take it")
        case .call(let plan): return try call(plan, on: grid)
        case .aggregation(let plan): return .vector(try aggregate(plan, on: grid))
        case .binary(let plan): return try binary(plan, on: grid)
        case .negated(let operand): return try negate(operand, on: grid)
        case .stepInvariant(let inner): return try once(inner, on: grid)
        }
    }

    /// The value of a node that must be a vector.
    mutating func vector(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        guard case .vector(let matrix) = try evaluate(node, on: grid) else { throw .execution("expected an instant vector") }
        return matrix
    }

    /// The values of a node that must be a scalar, one for each step.
    mutating func scalar(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> [Double] {
        guard case .scalar(let values) = try evaluate(node, on: grid) else { throw .execution("expected a scalar") }
        return values
    }

    mutating func string(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> String {
        guard case .string(let text) = try evaluate(node, on: grid) else { throw .execution("expected a string") }
        return text
    }

    private mutating func once(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let value = try evaluate(node, on: grid.first)
        guard grid.count > 1 else { return value }
        switch value {
        case .scalar(let values): return .scalar(Array(repeating: values[0], count: grid.count))
        case .string: return value
        case .vector(let matrix):
            try hold(matrix.rowCount * (grid.count - 1))
            return .vector(matrix.spread(over: grid.count))
        }
    }

    private mutating func negate(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        switch try evaluate(node, on: grid) {
        case .scalar(let values): return .scalar(values.map { -$0 })
        case .string: throw .execution("a string cannot be negated")
        case .vector(var matrix):
            for cell in matrix.values.indices where matrix.isPresent(cell) {
                if let histogram = matrix.histogram(at: cell) {
                    matrix.histograms[cell] = histogram.scaled(by: -1)
                } else {
                    matrix.values[cell] = -matrix.values[cell]
                }
            }
            for row in matrix.dropsName.indices { matrix.dropsName[row] = true }
            return .vector(matrix)
        }
    }

    // MARK: Limits

    /// Ends the query when its time is over or nobody waits for it any more.
    mutating func check() throws(QueryError) {
        if let isCancelled = context.isCancelled, isCancelled() { throw .cancelled }
        checks += 1
        // Reading the clock costs more than most rows.
        if checks & 15 == 1, let deadline = context.deadline, ContinuousClock.now >= deadline { throw .timeout }
    }

    /// Counts samples that the query holds from here on.
    mutating func hold(_ count: Int) throws(QueryError) {
        let (sum, overflow) = samplesHeld.addingReportingOverflow(count)
        samplesHeld = overflow ? Int.max : sum
        statistics.peakSamples = max(statistics.peakSamples, samplesHeld)
        if samplesHeld > options.maximumSamples { throw .tooManySamples(limit: options.maximumSamples) }
    }

    mutating func release(_ count: Int) { samplesHeld -= min(samplesHeld, count) }
}
