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
        let cut = FoldedRows(pipeline, grouping, on: grid)
        let heldCells = cut.heldCells
        try budget.hold(0, taking: GroupFold.samples(ofCells: heldCells))
        defer { budget.release(0, taking: GroupFold.samples(ofCells: heldCells)) }
        var results = try cut.parts.run { (_, places) throws(QueryError) -> FoldedPart? in
            try Self.fold(places, of: cut, pipeline, grouping, plan.operation, on: grid, budget)
        }
        guard let values = total(of: &results) else {
            release(groupCells.partialValue)
            return nil
        }
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

    /// The cells of all groups; nil where a part met histograms, or a mean's sum has overflowed.
    private mutating func total(of results: inout [FoldedPart?]) -> [Double]? {
        for case let result? in results { budget.release(result.cells, taking: 0) }
        if results.contains(where: { $0 == nil }) { return nil }
        var folds: [GroupFold] = []
        for index in results.indices {
            // Taken out, so that nobody else holds the cells which are added to: they would be copied.
            guard var result = results[index].take() else { continue }
            if let last = folds.indices.last { folds[last].takeShared(from: &result.fold) }
            if folds.isEmpty || !result.fold.groups.isEmpty { folds.append(result.fold) }
            annotations.add(result.annotations)
            statistics.samplesRead += result.samplesRead
        }
        return folds.result()
    }

    private static let countedAtOnce = 4096

    private static func fold(
        _ places: Range<Int>, of cut: FoldedRows, _ pipeline: RowPipeline, _ grouping: Grouping, _ operation: AggregationOperator,
        on grid: StepGrid, _ budget: QueryBudget
    ) throws(QueryError) -> FoldedPart? {
        var worker = RowWorker(pipeline, budget)
        defer { worker.release() }
        var part = FoldedPart(fold: GroupFold(operation, groups: cut.groups(of: places, grouping), stepCount: grid.count))
        var row = StepRow(stepCount: grid.count)
        // The count is shared by all threads: it is touched for some rows at a time.
        var uncounted = 0
        for place in places {
            let index = cut.order?[place] ?? place
            try worker.fill(&row, index)
            if !row.histograms.isEmpty {
                budget.release(part.cells, taking: 0)
                return nil
            }
            if row.isEmpty { continue }
            uncounted += grid.count
            if uncounted > Self.countedAtOnce { try part.count(&uncounted, budget) }
            part.fold.add(row.values, to: grouping.groupOfRow[index])
        }
        try part.count(&uncounted, budget)
        part.annotations = worker.tally.annotations
        part.samplesRead = worker.tally.samplesRead
        return part
    }
}

/// The rows of an aggregation in the order in which they are folded, cut into parts.
///
/// Rows of several steps go group after group, so that a group's cells stay in the cache while its rows are added to them, and
/// a part has the cells of its own groups alone. Single cells stay there all, and their rows are read many at a time.
private struct FoldedRows: Sendable {
    let parts: Parts
    /// By place; as they are where nil.
    let order: [Int]?
    /// Cells of groups that the parts have together, at most.
    let heldCells: Int

    init(_ pipeline: RowPipeline, _ grouping: Grouping, on grid: StepGrid) {
        let isOrdered = grid.count > 1
        parts = Parts(
            rowCount: pipeline.rowCount, rowCost: pipeline.rowCost, maximum: isOrdered ? Parts.maximum : Self.unorderedParts(grouping.count))
        order = isOrdered ? grouping.ordered() : nil
        heldCells = isOrdered ? (grouping.count + parts.count - 1) * grid.count : grouping.count * parts.count
    }

    /// The groups that rows at these places belong to.
    func groups(of places: Range<Int>, _ grouping: Grouping) -> Range<Int> {
        guard let order else { return 0..<grouping.count }
        guard let first = places.first, let last = places.last else { return 0..<0 }
        return grouping.groupOfRow[order[first]]..<grouping.groupOfRow[order[last]] + 1
    }

    /// Each part has all groups then: many of them are held twice and not four times, and very many once.
    private static func unorderedParts(_ groups: Int) -> Int { groups > 1 << 23 ? 1 : groups > 1 << 17 ? 2 : Parts.maximum }
}

extension Array<GroupFold> {
    /// The cells of all groups, one fold's after another's; nil as `GroupFold.finish`.
    fileprivate mutating func result() -> [Double]? {
        var cells: [Double] = []
        for index in indices {
            guard let own = self[index].finish() else { return nil }
            if cells.isEmpty { cells = [Double](own) } else { cells.append(contentsOf: own) }
        }
        return cells
    }
}

extension StepMatrix {
    /// The same matrix where every row has values, else a copy of those that have.
    func withoutEmptyRows() -> StepMatrix {
        for row in 0..<rowCount where !hasValues(row: row) { return filteringRows { hasValues(row: $0) } }
        return self
    }
}
