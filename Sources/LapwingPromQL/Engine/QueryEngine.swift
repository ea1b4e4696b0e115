public import LapwingSeries
import LapwingText

/// A query that was read and checked once, to be executed many times.
public struct PreparedQuery: Sendable, Hashable {
    public let text: String
    public let expression: QueryExpression
    /// Numbers of the parts that other queries have too, by where they stand; see `markCommonParts`.
    var commonParts: [SourceRange: Int] = [:]
    /// Whether it is settled alike at every instant.
    let isTimeless: Bool

    public init(_ text: String) throws(PromQLSyntaxError) {
        self.text = text
        expression = try Parser.parse(text)
        isTimeless = !expression.asksForItsQuery
    }
}

/// Executes PromQL over any source of series, with the semantics of Prometheus 3.14.
///
/// A query goes text → `QueryExpression` → `PlanNode` → a dense matrix of series × steps; every operator is a loop over
/// rows. The engine itself holds nothing but its options.
public struct QueryEngine: Sendable {
    public var options: EngineOptions

    /// Shared by the copies of an engine.
    private let groupings = GroupingCache()
    /// Likewise; of queries at one instant.
    private let plans = PlanCache()

    public init(_ options: EngineOptions = EngineOptions()) { self.options = options }

    /// - Throws: `QueryError.syntax`.
    public func prepare(_ text: String) throws(QueryError) -> PreparedQuery {
        do {
            return try PreparedQuery(text)
        } catch {
            throw .syntax(error)
        }
    }

    /// The value of a query at one time.
    public func instant(
        _ query: PreparedQuery, at time: Timestamp, over snapshot: any SeriesSnapshot, context: QueryContext = QueryContext()
    ) throws(QueryError) -> QueryResult {
        let grid = StepGrid(start: time.milliseconds, step: 1, count: 1)
        let plan = try plans.plan(of: query) { () throws(QueryError) in try self.plan(query, from: time, through: time, step: 0) }
        var evaluator = Evaluator(snapshot: snapshot, options: options, context: context, groupings: groupings,
            commonParts: query.commonParts)
        if case .window(let window) = plan {
            let series = try evaluator.matrix(of: window, at: time.milliseconds)
            return evaluator.result(.matrix(QueryMatrix(series)))
        }
        switch try evaluator.evaluate(plan, on: grid) {
        case .scalar(let values): return evaluator.result(.scalar(values[0]))
        case .string(let text): return evaluator.result(.string(text))
        case .vector(let matrix):
            let finished = try matrix.finished()
            try evaluator.budget.hold(0, taking: finished.rowCount * MemoryLayout<VectorSample>.stride / 8)
            return evaluator.result(.vector(finished.vectorSamples(at: time.milliseconds)))
        }
    }

    /// The value of a query at every step from one time to another.
    ///
    /// - Precondition: `step` is at least a millisecond.
    /// - Throws: `QueryError`; also for an expression that is neither scalar nor vector.
    public func range(
        _ query: PreparedQuery, from start: Timestamp, through end: Timestamp, step: Duration,
        over snapshot: any SeriesSnapshot, context: QueryContext = QueryContext()
    ) throws(QueryError) -> QueryResult {
        let type = query.expression.type
        guard type == .scalar || type == .vector else {
            throw .unaskable("invalid expression type \"\(type.documentedName)\" for range query, must be Scalar or instant Vector")
        }
        guard let grid = StepGrid(from: start, through: end, step: step) else { return QueryResult(value: .matrix([])) }
        guard grid.count <= options.maximumSamples else { throw .tooManySamples(limit: options.maximumSamples) }
        let plan = try plan(query, from: start, through: end, step: step.milliseconds)
        var evaluator = Evaluator(snapshot: snapshot, options: options, context: context, groupings: groupings,
            commonParts: query.commonParts)
        switch try evaluator.evaluate(plan, on: grid) {
        case .scalar(let values):
            return evaluator.result(.matrix([MatrixSeries(labels: .empty, times: grid.times, values: values)]))
        case .string(let text): return evaluator.result(.string(text))
        case .vector(let matrix): return evaluator.result(.matrix(QueryMatrix(DenseRows(try matrix.finished(), on: grid))))
        }
    }

    /// The plan of a query as text, for tests and for people.
    public func explain(_ query: PreparedQuery, from start: Timestamp, through end: Timestamp, step: Duration) throws(QueryError) -> String {
        try plan(query, from: start, through: end, step: step.milliseconds).description
    }

    private func plan(
        _ query: PreparedQuery, from start: Timestamp, through end: Timestamp, step: Int64
    ) throws(QueryError) -> PlanNode {
        let planner = Planner(
            start: start.milliseconds, end: end.milliseconds, step: step,
            defaultSubqueryStep: options.defaultSubqueryStep.milliseconds)
        return try planner.plan(query.expression).markingHistogramCounts()
    }
}
