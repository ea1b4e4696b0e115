import LapwingSeries
import LapwingText

/// Computes rows of a pipeline, one after the other, on one thread.
struct RowWorker {
    private let pipeline: RowPipeline
    private let budget: QueryBudget
    private(set) var annotations = Annotations()
    private(set) var samplesRead = 0
    /// By slot.
    private var scratches: [RowScratch]
    private var rowsDone = 0
    private var scratchHeld = 0

    init(_ pipeline: RowPipeline, _ budget: QueryBudget) {
        self.pipeline = pipeline
        self.budget = budget
        scratches = pipeline.frames.map { RowScratch(window: WindowScratch($0)) }
    }

    /// Rows for which one-step selectors read ahead.
    static let readAhead = 256

    /// Computes a row of the pipeline.
    mutating func fill(_ row: inout StepRow, _ index: Int) throws(QueryError) {
        // Reading the clock costs as much as a short row.
        if rowsDone & 15 == 0 { try budget.check() }
        rowsDone &+= 1
        try fill(&row, pipeline.root, index)
    }

    private mutating func fill(_ row: inout StepRow, _ node: RowNode, _ index: Int) throws(QueryError) {
        switch node {
        case .latest(let node): try fillLatest(&row, node, index)
        case .matrix(let matrix): row.copy(row: index, of: matrix)
        case .window(let node): try fillWindow(&row, node, index)
        case .elementwise(let kernel, let parameters, let input):
            try fill(&row, input, index)
            if !row.histograms.isEmpty { row.removeHistograms() }
            kernel.apply(&row.values, parameters)
        case .withScalar(let plan, let scalars, let scalarIsLeft, let input):
            try fill(&row, input, index)
            row.apply(plan, scalars, scalarIsLeft: scalarIsLeft, &annotations)
        case .negated(let input):
            try fill(&row, input, index)
            row.negate()
        case .once(let input):
            var single = StepRow(stepCount: 1)
            try fill(&single, input, index)
            row.spread(single)
        }
    }

    // MARK: Selectors

    private mutating func fillLatest(_ row: inout StepRow, _ node: LatestNode, _ index: Int) throws(QueryError) {
        let slot = node.slot
        // Whether a counter began anew is known only beside the sample before.
        if row.stepCount == 1, !node.readsHistogramCounts {
            if !scratches[slot].rowsAhead.contains(index) { try readAhead(node, index) }
            row.take(scratches[slot].latest, index - scratches[slot].rowsAhead.lowerBound, node.reading)
            return
        }
        try read(node.series, index, node.range, slot)
        if node.readsHistogramCounts { scratches[slot].window.columns.reduceToHistogramCounts() }
        scratches[slot].window.updateBounds()
        if scratches[slot].window.columns.histogramTimes.isEmpty {
            fillLatestFloats(&row.values, scratches[slot].window, node.reading)
            if !row.histograms.isEmpty { row.histograms = [:] }
        } else {
            fillLatestMixed(&row, scratches[slot].window, node.reading)
        }
    }

    /// One step needs no columns: the source finds its newest samples by itself, many at a time.
    private mutating func readAhead(_ node: LatestNode, _ index: Int) throws(QueryError) {
        let rows = index..<min(index + Self.readAhead, node.series.count)
        do {
            try node.series.readLatest(rows, over: node.range, into: &scratches[node.slot].latest)
        } catch {
            throw .storage(error.message)
        }
        scratches[node.slot].rowsAhead = rows
        samplesRead += rows.count
    }

    private mutating func read(_ set: any SeriesSet, _ index: Int, _ range: TimeRange, _ slot: Int) throws(QueryError) {
        do {
            try set.read(index, over: range, into: &scratches[slot].window.columns)
        } catch {
            throw .storage(error.message)
        }
        samplesRead += scratches[slot].window.columns.count
    }

    // MARK: Windows

    private mutating func fillWindow(_ row: inout StepRow, _ node: WindowNode, _ index: Int) throws(QueryError) {
        let slot = node.slot
        switch node.source {
        case .series(let set):
            try read(set, index, node.samples, slot)
            scratches[slot].window.columns.removeStaleMarkers()
            if node.readsHistogramCounts { scratches[slot].window.columns.reduceToHistogramCounts() }
        case .subquery(let inner, let grid):
            var innerRow = scratches[slot].innerRow ?? StepRow(stepCount: grid.count)
            scratches[slot].innerRow = nil
            try fill(&innerRow, inner, index)
            scratches[slot].window.columns.replace(by: innerRow, on: grid)
            scratches[slot].innerRow = innerRow
        }
        if scratches[slot].window.columns.isEmpty { return row.clear() }
        try holdScratch(scratches[slot].window.columns.count)
        if scratches[slot].window.columns.histogramTimes.isEmpty {
            scratches[slot].window.updateBounds()
            node.kernel.fill(&row.values, &scratches[slot].window, node.parameters)
            if !row.histograms.isEmpty { row.histograms = [:] }
            if !row.isEmpty { annotate(node, pipeline.labels[index]) }
            if node.kernel == .quantile { annotateQuantiles(node, row) }
        } else {
            row.clear()
            try fillMixed(
                node.kernel, &row, scratches[slot].window.columns, scratches[slot].window.frame, node.parameters, &annotations,
                pipeline.labels[index], node.range)
        }
    }

    /// Counts the samples of a row's windows. Their memory is used again from row to row: only growth counts.
    private mutating func holdScratch(_ count: Int) throws(QueryError) {
        if count <= scratchHeld { return }
        try budget.hold(count - scratchHeld)
        scratchHeld = count
    }

    /// Gives back what was counted for scratch memory, when the last row is done.
    func release() { budget.release(scratchHeld) }

    private mutating func annotateQuantiles(_ node: WindowNode, _ row: StepRow) {
        for (step, value) in node.parameters[0].enumerated() where !(value >= 0 && value <= 1) && row.isPresent(step) {
            annotations.add(.invalidQuantile(value, node.parameterRange ?? node.range))
        }
    }

    /// What upstream remarks about a series of floats.
    private mutating func annotate(_ node: WindowNode, _ labels: Labels) {
        guard node.kernel == .rate || node.kernel == .increase else { return }
        if !scratches[node.slot].window.columns.startTimes.isEmpty {
            let count = scratches[node.slot].window.columns.overlapCount(in: scratches[node.slot].window.frame)
            if count > 0 { annotations.add(.startTimeOverlap(labels.metricName, count: count, node.range)) }
        }
        annotations.addIfNoCounter(labels, node.range)
    }
}

extension Annotations {
    /// Remarks that a series whose rate was asked for is called like no counter.
    mutating func addIfNoCounter(_ labels: Labels, _ range: SourceRange) {
        if labels.hasCounterName { return }
        if labels[LabelName.type] != "counter" { add(.possibleNonCounter(labels.metricName, range)) }
    }
}

/// The memory of one selector or range function, reused from row to row.
private struct RowScratch {
    var window: WindowScratch
    /// The newest samples of the rows that were read ahead, where there is one step.
    var latest = LatestSamples()
    var rowsAhead = 0..<0
    /// The row of a subquery.
    var innerRow: StepRow?
}

private let metricKey = LabelKey(LabelName.metric)
private let counterSuffixes = ["_total", "_sum", "_count", "_bucket"].map { Array($0.utf8) }

extension Labels {
    /// Whether the metric's name ends as a counter's does; a series without a name is not asked for one.
    var hasCounterName: Bool {
        withValue(of: metricKey) { name in
            if name.isEmpty { return true }
            return counterSuffixes.contains { suffix in
                guard name.count >= suffix.count else { return false }
                let start = name.count - suffix.count
                for index in suffix.indices where name[start + index] != suffix[index] { return false }
                return true
            }
        }
    }
}
