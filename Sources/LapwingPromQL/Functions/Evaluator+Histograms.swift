import LapwingSeries
import LapwingText

/// The functions of histograms. Source: Prometheus 3.14 `promql/functions.go`.
extension Evaluator {
    /// A number of each native histogram by itself; floats are left out.
    mutating func histogramNumber(
        _ plan: CallPlan, on grid: StepGrid, _ number: (NativeHistogram) -> Double
    ) throws(QueryError) -> EvaluatedValue {
        var matrix = try vector(plan.arguments[0], on: grid)
        for cell in matrix.values.indices where matrix.isPresent(cell) {
            matrix.values[cell] = matrix.histogram(at: cell).map(number) ?? StepMatrix.absent
        }
        matrix.histograms = [:]
        for row in matrix.dropsName.indices { matrix.dropsName[row] = true }
        return .vector(matrix.withoutEmptyRows())
    }

    mutating func histogramQuantile(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let quantiles = try quantiles(plan, 0, on: grid)
        let rows = try histogramRows(plan, 1, on: grid)
        let result = try values(.quantile(quantiles), of: rows, plan.expressions[1].range, on: grid)
        release(rows.matrix.values.count)
        return .vector(result.withoutEmptyRows())
    }

    mutating func histogramFraction(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let lower = try scalar(plan.arguments[0], on: grid)
        let upper = try scalar(plan.arguments[1], on: grid)
        let rows = try histogramRows(plan, 2, on: grid)
        let result = try values(.fraction(lower, upper), of: rows, plan.expressions[2].range, on: grid)
        release(rows.matrix.values.count)
        return .vector(result.withoutEmptyRows())
    }

    /// Several quantiles at once, each under a label with its number.
    mutating func histogramQuantiles(_ plan: CallPlan, on grid: StepGrid) throws(QueryError) -> EvaluatedValue {
        let label = try string(plan.arguments[1], on: grid)
        var all: [[Double]] = []
        for index in plan.arguments.indices.dropFirst(2) { all.append(try quantiles(plan, index, on: grid)) }
        let rows = try histogramRows(plan, 0, on: grid)
        var result = StepMatrix(stepCount: grid.count)
        for quantiles in all {
            let part = try values(.quantile(quantiles), of: rows, plan.expressions[0].range, on: grid)
            // The label follows the number from step to step.
            let texts = quantiles.map(Self.openMetricsText)
            for text in Set(texts).sorted() {
                for row in 0..<part.rowCount {
                    result.appendCopy(of: part, row: row, labels: part.labels[row].setting(label, text), dropsName: true)
                    let base = result.values.count - grid.count
                    for step in 0..<grid.count where texts[step] != text { result.values[base + step] = StepMatrix.absent }
                }
            }
        }
        release(rows.matrix.values.count)
        try hold(result.values.count)
        return .vector(result.withoutEmptyRows())
    }

    /// A quantile of each step, with a remark for what is none.
    private mutating func quantiles(_ plan: CallPlan, _ index: Int, on grid: StepGrid) throws(QueryError) -> [Double] {
        let quantiles = try scalar(plan.arguments[index], on: grid)
        for value in quantiles where value.isNaN || value < 0 || value > 1 {
            annotations.add(.invalidQuantile(value, plan.expressions[index].range))
        }
        return quantiles
    }

    private mutating func histogramRows(_ plan: CallPlan, _ index: Int, on grid: StepGrid) throws(QueryError) -> HistogramRows {
        HistogramRows(try vector(plan.arguments[index], on: grid), plan.expressions[index].range, &annotations)
    }

    /// The result's rows, worked on at the same time where there are many.
    private mutating func values(
        _ kernel: HistogramKernel, of rows: HistogramRows, _ range: SourceRange, on grid: StepGrid
    ) throws(QueryError) -> StepMatrix {
        let (cells, overflow) = rows.rows.count.multipliedReportingOverflow(by: grid.count)
        guard !overflow else { throw .tooManySamples(limit: options.maximumSamples) }
        try hold(cells)
        let budget = budget
        let parts = Parts(rowCount: rows.rows.count, rowCost: grid.count * 100)
        let results = try parts.run { (_, places) throws(QueryError) in
            try Self.values(kernel, of: rows, places, range, on: grid, budget)
        }
        var matrix = StepMatrix(stepCount: grid.count)
        matrix.labels = rows.rows.map(\.labels)
        matrix.dropsName = rows.rows.map { _ in true }
        matrix.values.reserveCapacity(cells)
        for result in results {
            matrix.values += result.values
            annotations.add(result.annotations)
        }
        return matrix
    }

    private static func values(
        _ kernel: HistogramKernel, of rows: HistogramRows, _ places: Range<Int>, _ range: SourceRange, on grid: StepGrid, _ budget: QueryBudget
    ) throws(QueryError) -> (values: [Double], annotations: Annotations) {
        var result: (values: [Double], annotations: Annotations) = ([], Annotations())
        result.values.reserveCapacity(places.count * grid.count)
        var scratch = HistogramScratch()
        var values = [Double](repeating: StepMatrix.absent, count: grid.count)
        for place in places {
            try budget.check()
            for step in values.indices { values[step] = StepMatrix.absent }
            kernel.fill(&values, rows, rows.rows[place], grid, &scratch, range, &result.annotations)
            result.values += values
        }
        return result
    }

    /// A number as OpenMetrics writes it: with a point, whatever its value.
    ///
    /// Source: Prometheus 3.14 `model/labels`, `FormatOpenMetricsFloat`.
    static func openMetricsText(_ value: Double) -> String {
        if value == 0 { return "0.0" }
        let text = GoNumber.text(value)
        return text.contains { $0 == "." || $0 == "e" } || !value.isFinite ? text : text + ".0"
    }
}
