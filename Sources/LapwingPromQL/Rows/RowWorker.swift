import LapwingSeries
import LapwingText

/// Computes rows of a pipeline, one after the other, on one thread.
struct RowWorker {
    private let pipeline: RowPipeline
    private let budget: QueryBudget
    private(set) var annotations = Annotations()
    private(set) var samplesRead = 0
    private var windows: [WindowScratch?]
    private var latest: [LatestScratch?]
    private var innerRows: [StepRow?]
    private var rowsDone = 0

    private struct LatestScratch {
        var window: WindowScratch
        /// The newest samples of the rows from `firstRow` on, where there is one step.
        var samples = LatestSamples()
        var firstRow = 0
        var lastRow = 0
    }

    init(_ pipeline: RowPipeline, _ budget: QueryBudget) {
        self.pipeline = pipeline
        self.budget = budget
        windows = Array(repeating: nil, count: pipeline.slotCount)
        latest = Array(repeating: nil, count: pipeline.slotCount)
        innerRows = Array(repeating: nil, count: pipeline.slotCount)
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
        var scratch = latest[node.slot] ?? LatestScratch(window: WindowScratch(node.frame))
        latest[node.slot] = nil
        defer { latest[node.slot] = scratch }
        if row.stepCount == 1 {
            if index < scratch.firstRow || index >= scratch.lastRow { try readAhead(&scratch, node, index) }
            let place = index - scratch.firstRow
            row.take(scratch.samples, place, node.reading)
            return
        }
        try read(&scratch.window.columns, node.series, index, node.range)
        scratch.window.bounds.update(scratch.window.columns.times)
        if scratch.window.columns.histogramTimes.isEmpty {
            fillLatestFloats(&row.values, scratch.window.columns, scratch.window.bounds, node.reading)
            if !row.histograms.isEmpty { row.histograms = [:] }
        } else {
            fillLatestMixed(&row, scratch.window.columns, scratch.window.bounds, node.reading)
        }
    }

    /// One step needs no columns: the source finds its newest samples by itself, many at a time.
    private mutating func readAhead(_ scratch: inout LatestScratch, _ node: LatestNode, _ index: Int) throws(QueryError) {
        scratch.firstRow = index
        scratch.lastRow = min(index + Self.readAhead, node.series.count)
        do {
            try node.series.readLatest(index..<scratch.lastRow, over: node.range, into: &scratch.samples)
        } catch {
            throw .storage(error.message)
        }
        samplesRead += scratch.lastRow - index
    }

    private mutating func read(_ columns: inout SampleColumns, _ set: any SeriesSet, _ index: Int, _ range: TimeRange) throws(QueryError) {
        do {
            try set.read(index, over: range, into: &columns)
        } catch {
            throw .storage(error.message)
        }
        samplesRead += columns.count
    }

    // MARK: Windows

    private mutating func fillWindow(_ row: inout StepRow, _ node: WindowNode, _ index: Int) throws(QueryError) {
        var scratch = windows[node.slot] ?? WindowScratch(node.frame)
        windows[node.slot] = nil
        defer { windows[node.slot] = scratch }
        switch node.source {
        case .series(let set):
            try read(&scratch.columns, set, index, node.frame.range)
            scratch.columns.removeStaleMarkers()
        case .subquery(let inner, let grid):
            var innerRow = innerRows[node.slot] ?? StepRow(stepCount: grid.count)
            innerRows[node.slot] = nil
            try fill(&innerRow, inner, index)
            scratch.columns.replace(by: innerRow, on: grid)
            innerRows[node.slot] = innerRow
        }
        if scratch.columns.isEmpty { return row.clear() }
        let held = scratch.columns.count
        try budget.hold(held)
        if scratch.columns.histogramTimes.isEmpty {
            scratch.bounds.update(scratch.columns.times)
            node.kernel.fill(&row.values, &scratch, node.parameters)
            if !row.histograms.isEmpty { row.histograms = [:] }
            if !row.isEmpty { annotate(node, scratch.columns, pipeline.labels[index]) }
            if node.kernel == .quantile { annotateQuantiles(node, row) }
        } else {
            row.clear()
            try fillMixed(
                node.kernel, &row, scratch.columns, node.frame, node.parameters, &annotations, pipeline.labels[index], node.range)
        }
        budget.release(held)
    }

    private mutating func annotateQuantiles(_ node: WindowNode, _ row: StepRow) {
        for (step, value) in node.parameters[0].enumerated() where !(value >= 0 && value <= 1) && row.isPresent(step) {
            annotations.add(.invalidQuantile(value, node.parameterRange ?? node.range))
        }
    }

    /// What upstream remarks about a series of floats.
    private mutating func annotate(_ node: WindowNode, _ columns: SampleColumns, _ labels: Labels) {
        guard node.kernel == .rate || node.kernel == .increase else { return }
        if !columns.startTimes.isEmpty {
            let count = columns.overlapCount(in: node.frame)
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
