import LapwingSeries

/// Computes rows of one node on one thread, with memory of its own that is used again from row to row.
///
/// There is an object for each node and thread, rather than a walk over the nodes, which all threads share: counting
/// references to what is shared costs more than a short row does.
protocol RowOperator: AnyObject {
    /// Computes a row.
    ///
    /// - Parameter tally: what the thread counts and remarks.
    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError)
}

/// What one thread counts and remarks while it computes rows.
struct RowTally {
    let budget: QueryBudget
    var annotations = Annotations()
    var samplesRead = 0
    private(set) var scratchHeld = 0

    init(_ budget: QueryBudget) { self.budget = budget }

    /// Counts the samples of a row's windows. Their memory is used again from row to row: only growth counts.
    mutating func holdScratch(_ count: Int) throws(QueryError) {
        if count <= scratchHeld { return }
        try budget.hold(count - scratchHeld)
        scratchHeld = count
    }
}

/// Computes rows of a pipeline, one after the other, on one thread.
struct RowWorker {
    private let root: any RowOperator
    private(set) var tally: RowTally
    private var rowsDone = 0

    init(_ pipeline: RowPipeline, _ budget: QueryBudget) {
        root = pipeline.root.makeOperator(pipeline.labels)
        tally = RowTally(budget)
    }

    /// Computes a row of the pipeline.
    mutating func fill(_ row: inout StepRow, _ index: Int) throws(QueryError) {
        // Reading the clock costs as much as a short row.
        if rowsDone & 15 == 0 { try tally.budget.check() }
        rowsDone &+= 1
        try root.fill(&row, index, &tally)
    }

    /// Gives back what was counted for scratch memory, when the last row is done.
    func release() { tally.budget.release(tally.scratchHeld) }
}

extension RowNode {
    /// - Parameter labels: of the pipeline's rows.
    func makeOperator(_ labels: [Labels]) -> any RowOperator {
        switch self {
        case .latest(let node): LatestRows(node)
        case .matrix(let matrix): MatrixRows(matrix)
        case .window(let node): node.makeOperator(labels)
        case .elementwise(let kernel, let parameters, let input): ElementwiseRows(kernel, parameters, input.makeOperator(labels))
        case .withScalar(let plan, let scalars, let scalarIsLeft, let input):
            ScalarRows(plan, scalars, scalarIsLeft: scalarIsLeft, input.makeOperator(labels))
        case .negated(let input): NegatedRows(input.makeOperator(labels))
        case .once(let input): OnceRows(input.makeOperator(labels))
        }
    }
}

/// Rows of a vector that was computed before.
private final class MatrixRows: RowOperator {
    private let matrix: StepMatrix

    init(_ matrix: StepMatrix) { self.matrix = matrix }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) { row.copy(row: index, of: matrix) }
}

private final class ElementwiseRows: RowOperator {
    private let kernel: ElementKernel
    private let parameters: [[Double]]
    private let input: any RowOperator

    init(_ kernel: ElementKernel, _ parameters: [[Double]], _ input: any RowOperator) {
        (self.kernel, self.parameters, self.input) = (kernel, parameters, input)
    }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        try input.fill(&row, index, &tally)
        if !row.histograms.isEmpty { row.removeHistograms() }
        kernel.apply(&row.values, parameters)
    }
}

/// Rows and a scalar.
private final class ScalarRows: RowOperator {
    private let plan: BinaryPlan
    private let scalars: [Double]
    private let scalarIsLeft: Bool
    private let input: any RowOperator

    init(_ plan: BinaryPlan, _ scalars: [Double], scalarIsLeft: Bool, _ input: any RowOperator) {
        (self.plan, self.scalars, self.scalarIsLeft, self.input) = (plan, scalars, scalarIsLeft, input)
    }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        try input.fill(&row, index, &tally)
        row.apply(plan, scalars, scalarIsLeft: scalarIsLeft, &tally.annotations)
    }
}

private final class NegatedRows: RowOperator {
    private let input: any RowOperator

    init(_ input: any RowOperator) { self.input = input }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        try input.fill(&row, index, &tally)
        row.negate()
    }
}

/// One step's cell, which is the same at every step.
private final class OnceRows: RowOperator {
    private let input: any RowOperator
    private var single = StepRow(stepCount: 1)

    init(_ input: any RowOperator) { self.input = input }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        single.clear()
        try input.fill(&single, index, &tally)
        row.spread(single)
    }
}
