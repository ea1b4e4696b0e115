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
    let budget: QueryBudget
    let groupings: GroupingCache
    /// Milliseconds.
    let lookback: Int64
    /// Nil where the query is asked alone.
    let sharedValues: SharedValues?
    let commonParts: [SourceRange: Int]
    var annotations = Annotations()
    var statistics = QueryStatistics()
    /// Reused from series to series.
    var columns = SampleColumns()

    init(
        snapshot: any SeriesSnapshot, options: EngineOptions, context: QueryContext, groupings: GroupingCache = GroupingCache(),
        commonParts: [SourceRange: Int] = [:]
    ) {
        self.snapshot = snapshot
        self.options = options
        self.groupings = groupings
        self.commonParts = commonParts
        sharedValues = context.sharedValues
        budget = QueryBudget(maximumSamples: options.maximumSamples, context)
        lookback = (context.lookbackDelta ?? options.lookbackDelta).milliseconds
    }

    func result(_ value: QueryValue) -> QueryResult {
        var statistics = statistics
        statistics.peakSamples = budget.peakSamples
        return QueryResult(value: value, annotations: annotations, statistics: statistics)
    }

    /// What a node is at every step of a grid.
    mutating func evaluate(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        try check()
        switch node {
        case .aggregation:
            if let matrix = try shared(node, on: grid) { return .vector(matrix) }
            return try evaluate(wholly: node, on: grid)
        case .number, .string, .window: return try evaluate(wholly: node, on: grid)
        case .selector, .call, .binary, .negated, .stepInvariant:
            if node.isScalar || node.isString { return try evaluate(wholly: node, on: grid) }
            return .vector(try gather(try pipeline(node, on: grid), on: grid))
        }
    }

    /// As `evaluate`, of a node that cannot be computed row by row.
    mutating func evaluate(wholly node: PlanNode, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        switch node {
        case .number(let value): return .scalar(Array(repeating: value, count: grid.count))
        case .string(let text): return .string(text)
        case .selector(let plan): return .vector(try smoothed(plan, on: grid))
        case .window(let plan):
            throw .execution("a range vector at \(plan.range.lowerBound + 1) stands where only a function can take it")
        case .call(let plan): return try call(plan, on: grid)
        case .aggregation(let plan): return .vector(try aggregate(plan, on: grid))
        case .binary(let plan): return try binary(plan, on: grid)
        case .negated(let operand): return .scalar(try scalar(operand, on: grid).map { -$0 })
        case .stepInvariant(let inner):
            let value = try evaluate(inner, on: grid.first)
            guard case .scalar(let values) = value else { return value }
            return .scalar(Array(repeating: values[0], count: grid.count))
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

    // MARK: Limits

    /// Ends the query when its time is over or nobody waits for it any more.
    func check() throws(QueryError) { try budget.check() }

    /// Counts samples that the query holds from here on.
    func hold(_ count: Int) throws(QueryError) { try budget.hold(count) }

    func release(_ count: Int) { budget.release(count) }
}

extension PlanNode {
    var isString: Bool {
        switch self {
        case .string: true
        case .stepInvariant(let inner): inner.isString
        case .number, .selector, .window, .call, .aggregation, .binary, .negated: false
        }
    }
}
