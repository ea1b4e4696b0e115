// Threads write the rows of one matrix side by side, each its own stretch of the memory, through a pointer to it: a
// matrix of millions of cells is neither copied nor held twice. No two parts share a cell, and the pointer does not
// outlive the closure in which the array is made.
import LapwingSeries

/// Cells that several threads fill at once, each its own stretch.
private struct SharedCells: @unchecked Sendable {
    let cells: UnsafeMutableBufferPointer<Double>

    func write(_ row: [Double], at place: Int) {
        precondition(place >= 0 && place + row.count <= cells.count, "a row lies within its matrix")
        row.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress, let base = cells.baseAddress else { return }
            (base + place).initialize(from: from, count: source.count)
        }
    }
}

/// The rows of a part that have values.
private struct GatheredPart: Sendable {
    var rows: [Int32] = []
    /// By the cell's place in the part.
    var histograms: [Int: NativeHistogram] = [:]
    var annotations = Annotations()
    var samplesRead = 0
}

extension Evaluator {
    /// All rows of a pipeline that have values.
    ///
    /// - Throws: also when the rows hold more cells than the query may.
    mutating func gather(_ pipeline: RowPipeline, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        if case .matrix(let matrix) = pipeline.root, !pipeline.dropsAllNames { return matrix }
        let steps = grid.count
        let (cellCount, overflow) = pipeline.rowCount.multipliedReportingOverflow(by: steps)
        guard !overflow, cellCount / 4 <= options.maximumSamples else { throw .tooManySamples(limit: options.maximumSamples) }
        let budget = budget
        let parts = Parts(rowCount: pipeline.rowCount, rowCost: pipeline.rowCost)
        var gathered: [GatheredPart] = []
        var failure: QueryError?
        var matrix = StepMatrix(stepCount: steps)
        // The standard library would write into the empty array that all threads share.
        if cellCount == 0 { return matrix }
        matrix.values = Array(unsafeUninitializedCapacity: cellCount) { buffer, initialized in
            let shared = SharedCells(cells: buffer)
            do throws(QueryError) {
                gathered = try parts.run { (_, rows) throws(QueryError) in
                    try Self.gather(rows, of: pipeline, stepCount: steps, into: shared, budget)
                }
                for (part, result) in gathered.enumerated() where !result.rows.isEmpty {
                    let source = parts.rows(of: part).lowerBound * steps
                    let count = result.rows.count * steps
                    if source != initialized, let base = buffer.baseAddress {
                        (base + initialized).moveInitialize(from: base + source, count: count)
                    }
                    initialized += count
                }
            } catch {
                failure = error
                initialized = 0
            }
        }
        if let failure { throw failure }
        matrix.take(gathered, of: pipeline)
        for part in gathered {
            annotations.add(part.annotations)
            statistics.samplesRead += part.samplesRead
        }
        return matrix
    }

    private static func gather(
        _ rows: Range<Int>, of pipeline: RowPipeline, stepCount: Int, into shared: SharedCells, _ budget: QueryBudget
    ) throws(QueryError) -> GatheredPart {
        var worker = RowWorker(pipeline, budget)
        var part = GatheredPart()
        var row = StepRow(stepCount: stepCount)
        var cell = rows.lowerBound * stepCount
        for index in rows {
            try worker.fill(&row, index)
            if row.isEmpty { continue }
            try budget.hold(stepCount, taking: stepCount + row.histograms.count * QueryBudget.samplesOfHistogram)
            shared.write(row.values, at: cell)
            for (step, histogram) in row.histograms { part.histograms[part.rows.count * stepCount + step] = histogram }
            part.rows.append(Int32(truncatingIfNeeded: index))
            cell += stepCount
        }
        worker.release()
        part.annotations = worker.tally.annotations
        part.samplesRead = worker.tally.samplesRead
        return part
    }
}

extension StepMatrix {
    fileprivate mutating func take(_ gathered: [GatheredPart], of pipeline: RowPipeline) {
        let count = gathered.reduce(0) { $0 + $1.rows.count }
        labels.reserveCapacity(count)
        dropsName.reserveCapacity(count)
        for part in gathered {
            let base = labels.count * stepCount
            for (cell, histogram) in part.histograms { histograms[base + cell] = histogram }
            for row in part.rows {
                labels.append(pipeline.labels[Int(row)])
                dropsName.append(pipeline.dropsName(Int(row)))
            }
        }
    }
}
