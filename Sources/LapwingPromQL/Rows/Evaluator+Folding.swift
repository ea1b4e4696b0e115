import LapwingSeries

/// What one part of the rows came to.
private struct FoldedPart: Sendable {
    var fold: GroupFold
    var annotations = Annotations()
    var samplesRead = 0
    /// Cells of rows that have values.
    var cells = 0

    /// Counts rows that have passed as if they were held, as Prometheus counts them: a limit on samples is also one on work.
    mutating func count(_ uncounted: inout Int, _ budget: QueryBudget) throws(QueryError) {
        try budget.hold(uncounted, taking: 0)
        cells += uncounted
        uncounted = 0
    }
}

extension Evaluator {
    /// An aggregation that takes its rows one by one as they are computed.
    ///
    /// - Returns: nil for an aggregation that needs its rows beside one another, and where there are histograms: the
    ///   rows have to be gathered for it.
    mutating func folded(
        _ plan: AggregationPlan, _ pipeline: RowPipeline, _ grouping: Grouping, on grid: StepGrid
    ) throws(QueryError) -> StepMatrix? {
        let groupCells = grouping.count.multipliedReportingOverflow(by: grid.count)
        guard GroupFold.folds(plan.operation) else { return nil }
        guard !groupCells.overflow else { throw .tooManySamples(limit: options.maximumSamples) }
        try hold(groupCells.partialValue)
        let budget = budget
        let parts = Parts(rowCount: pipeline.rowCount, rowCost: pipeline.rowCost, maximum: Self.maximumParts(groupCells.partialValue))
        let folds = GroupFold.samples(ofCells: groupCells.partialValue) * parts.count
        try budget.hold(0, taking: folds)
        defer { budget.release(0, taking: folds) }
        var results = try parts.run { (_, rows) throws(QueryError) -> FoldedPart? in
            try Self.fold(rows, of: pipeline, grouping, plan.operation, stepCount: grid.count, budget)
        }
        var total: GroupFold?
        for index in results.indices {
            // Taken out, so that nobody else holds the cells which are added to: they would be copied.
            guard let result = results[index].take() else {
                release(groupCells.partialValue)
                return nil
            }
            total == nil ? total = result.fold : total?.add(result.fold)
            annotations.add(result.annotations)
            statistics.samplesRead += result.samplesRead
            budget.release(result.cells, taking: 0)
        }
        guard let values = total.take()?.result() else { return nil }
        var matrix = StepMatrix(stepCount: grid.count)
        matrix.labels = grouping.labels
        // Rows of one pipeline agree about names, but for those of a vector that was computed before.
        matrix.dropsName = (0..<grouping.count).map { _ in pipeline.dropsAllNames }
        if !pipeline.dropsName.isEmpty {
            for row in 0..<pipeline.rowCount where pipeline.dropsName(row) { matrix.dropsName[grouping.groupOfRow[row]] = true }
        }
        matrix.values = values
        return matrix.withoutEmptyRows()
    }

    /// Each part has the cells of all groups: many of them are held twice and not four times, and very many once.
    private static func maximumParts(_ groupCells: Int) -> Int { groupCells > 1 << 23 ? 1 : groupCells > 1 << 17 ? 2 : Parts.maximum }

    private static let countedAtOnce = 4096

    private static func fold(
        _ rows: Range<Int>, of pipeline: RowPipeline, _ grouping: Grouping, _ operation: AggregationOperator, stepCount: Int, _ budget: QueryBudget
    ) throws(QueryError) -> FoldedPart? {
        var worker = RowWorker(pipeline, budget)
        var part = FoldedPart(fold: GroupFold(operation, groupCount: grouping.count, stepCount: stepCount))
        var row = StepRow(stepCount: stepCount)
        // The count is shared by all threads: it is touched for some rows at a time.
        var uncounted = 0
        // A group's cells stay in the cache while its rows are added to them. Single cells all do, and their rows are read many at a time.
        for index in stepCount == 1 ? Array(rows) : grouping.ordered(rows) {
            try worker.fill(&row, index)
            if !row.histograms.isEmpty { return nil }
            if row.isEmpty { continue }
            uncounted += stepCount
            if uncounted > Self.countedAtOnce { try part.count(&uncounted, budget) }
            part.fold.add(row.values, to: grouping.groupOfRow[index])
        }
        try part.count(&uncounted, budget)
        worker.release()
        part.annotations = worker.tally.annotations
        part.samplesRead = worker.tally.samplesRead
        return part
    }
}

extension StepMatrix {
    /// The same matrix where every row has values, else a copy of those that have.
    func withoutEmptyRows() -> StepMatrix {
        for row in 0..<rowCount where !hasValues(row: row) { return filteringRows { hasValues(row: $0) } }
        return self
    }
}
