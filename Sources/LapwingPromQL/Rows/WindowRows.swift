import LapwingSeries
import LapwingText

extension WindowNode {
    func makeOperator(_ labels: [Labels]) -> any RowOperator {
        switch source {
        case .series(let set): WindowRows(self, set, labels)
        case .subquery(let inner, let grid): SubqueryRows(self, inner.makeOperator(labels), grid, labels)
        }
    }
}

/// A range function over the samples of each series.
private final class WindowRows: RowOperator {
    /// Rows that are read at a time where there is one step, and they are asked for in their order.
    private static let readAhead = 64

    private let series: any SeriesSet
    private var window: RowWindow
    /// The samples of the rows that were read ahead, where there is one step.
    private var table = SampleTable()
    private var rowsAhead = 0..<0
    private var singleRates: SingleRates?
    /// What those rows come to, where that is computed of all together.
    private var cellsAhead: [Double] = []
    /// The windows, where they are long and few enough for summaries.
    private let longWindows: [ClosedRange<Int64>]
    private let summaryParts: SummaryParts
    private var summaries: [SampleSummary] = []

    init(_ node: WindowNode, _ series: any SeriesSet, _ labels: [Labels]) {
        self.series = series
        window = RowWindow(node, labels)
        summaryParts = node.kernel.summaryParts ?? []
        longWindows = node.longWindows
        singleRates = node.readsHistogramCounts ? nil : SingleRates(node.kernel, node.frame)
    }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        do {
            if !longWindows.isEmpty, try series.summarize(index, over: longWindows, summaryParts, into: &summaries),
                window.fill(&row, summaries, index, &tally) { return }
            if row.stepCount == 1, !rowsAhead.contains(index) { try readAhead(from: index) }
        } catch {
            throw .storage(error.message)
        }
        if !cellsAhead.isEmpty, cellsAhead[index - rowsAhead.lowerBound].bitPattern != SingleRates.unknown.bitPattern {
            let count = table.places(of: index - rowsAhead.lowerBound).count
            tally.samplesRead += count
            return try window.fill(&row, cellsAhead[index - rowsAhead.lowerBound], sampleCount: count, index, &tally)
        }
        do {
            try read(index, isSingle: row.stepCount == 1)
        } catch {
            throw .storage(error.message)
        }
        tally.samplesRead += window.scratch.columns.count
        window.scratch.prepareColumns()
        if window.readsHistogramCounts { window.scratch.columns.reduceToHistogramCounts() }
        try window.fill(&row, index, &tally)
    }

    private func readAhead(from index: Int) throws(ReadError) {
        rowsAhead = index..<min(index + (index == rowsAhead.upperBound ? Self.readAhead : 1), series.count)
        try series.read(rowsAhead, over: window.samples, into: &table)
        singleRates?.fill(&cellsAhead, table)
    }

    private func read(_ index: Int, isSingle: Bool) throws(ReadError) {
        if isSingle, table.take(index - rowsAhead.lowerBound, into: &window.scratch.columns) { return }
        try series.read(index, over: window.samples, into: &window.scratch.columns)
    }
}

/// A range function over the rows of a subquery.
private final class SubqueryRows: RowOperator {
    private let input: any RowOperator
    private let grid: StepGrid
    private let gridTimes: [Int64]
    private var window: RowWindow
    private var innerRow: StepRow

    init(_ node: WindowNode, _ input: any RowOperator, _ grid: StepGrid, _ labels: [Labels]) {
        self.input = input
        self.grid = grid
        gridTimes = grid.times
        window = RowWindow(node, labels)
        innerRow = StepRow(stepCount: grid.count)
    }

    func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        try input.fill(&innerRow, index, &tally)
        if innerRow.isWhole {
            window.scratch.columns.removeAll()
            window.scratch.columns.times = gridTimes
            // The row goes there, and the memory of the one before comes back to be filled.
            swap(&window.scratch.columns.values, &innerRow.values)
            if innerRow.values.count != grid.count { innerRow = StepRow(stepCount: grid.count) }
        } else {
            window.scratch.columns.replace(by: innerRow, at: gridTimes)
        }
        try window.fill(&row, index, &tally)
    }
}

/// The windows of one row after another, and what is computed of them.
private struct RowWindow {
    private let kernel: WindowKernel
    private let parameters: [[Double]]
    private let node: WindowNode
    private let labels: [Labels]
    let samples: TimeRange
    let readsHistogramCounts: Bool
    private let asksForCounters: Bool
    var scratch: WindowScratch

    init(_ node: WindowNode, _ labels: [Labels]) {
        self.node = node
        self.labels = labels
        kernel = node.kernel
        parameters = node.parameters
        samples = node.frame.range
        readsHistogramCounts = node.readsHistogramCounts
        asksForCounters = (kernel == .rate || kernel == .increase) && !node.hasCounterName
        scratch = WindowScratch(node.frame)
    }

    /// Computes the row of the samples in the scratch memory.
    mutating func fill(_ row: inout StepRow, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        if scratch.columns.isEmpty { return row.clear() }
        if kernel == .smoothing { try checkSmoothing(factors: parameters[0], trends: parameters[1]) }
        try tally.holdScratch(scratch.columns.count)
        guard scratch.columns.histogramTimes.isEmpty else {
            row.clear()
            try fillMixed(kernel, &row, scratch.columns, scratch.frame, parameters, &tally.annotations, labels[index], remarkedRange)
            if kernel == .quantile { annotateQuantiles(row, &tally.annotations) }
            return
        }
        scratch.updateBounds()
        kernel.fill(&row.values, &scratch, parameters)
        if !row.histograms.isEmpty { row.histograms = [:] }
        if kernel == .quantile { annotateQuantiles(row, &tally.annotations) }
        if kernel == .rate || kernel == .increase { annotate(row, index, &tally.annotations) }
    }

    /// Takes over what the only window came to.
    mutating func fill(_ row: inout StepRow, _ cell: Double, sampleCount: Int, _ index: Int, _ tally: inout RowTally) throws(QueryError) {
        try tally.holdScratch(sampleCount)
        row.values[0] = cell
        if !row.histograms.isEmpty { row.histograms = [:] }
        if asksForCounters, !row.isEmpty { tally.annotations.addIfNoCounter(labels[index], node.range) }
    }

    /// Computes the row from summaries of its windows, if that gives the same.
    mutating func fill(_ row: inout StepRow, _ summaries: [SampleSummary], _ index: Int, _ tally: inout RowTally) -> Bool {
        guard kernel.fill(&row.values, summaries, scratch.frame) else { return false }
        if !row.histograms.isEmpty { row.histograms = [:] }
        scratch.columns.removeAll()
        if asksForCounters { annotate(row, index, &tally.annotations) }
        return true
    }

    /// Where remarks stand: at `quantile_over_time`'s φ, else at the range vector.
    private var remarkedRange: SourceRange { kernel == .quantile ? node.parameterRange ?? node.range : node.range }

    private func annotateQuantiles(_ row: StepRow, _ annotations: inout Annotations) {
        for (step, value) in parameters[0].enumerated() where !(value >= 0 && value <= 1) && row.isPresent(step) {
            annotations.add(.invalidQuantile(value, remarkedRange))
        }
    }

    /// What upstream remarks about a series of floats whose rate is asked for.
    private func annotate(_ row: StepRow, _ index: Int, _ annotations: inout Annotations) {
        if !asksForCounters && scratch.columns.startTimes.isEmpty || row.isEmpty { return }
        if !scratch.columns.startTimes.isEmpty {
            let count = scratch.columns.overlapCount(in: scratch.frame)
            if count > 0 { annotations.add(.startTimeOverlap(labels[index].metricName, count: count, node.range)) }
        }
        if asksForCounters { annotations.addIfNoCounter(labels[index], node.range) }
    }
}

extension WindowNode {
    /// The windows of all steps where summaries of them are worth asking for; else none.
    var longWindows: [ClosedRange<Int64>] { kernel.summaryParts != nil && !readsHistogramCounts ? frame.longWindows : [] }
}

extension WindowFrame {
    /// More windows than this are computed from the samples, which are decoded once for all.
    private static let mostLongWindows = 64

    /// The windows of all steps where they are long and few; else none.
    fileprivate var longWindows: [ClosedRange<Int64>] {
        guard window >= WindowKernel.shortestSummarized, grid.count <= Self.mostLongWindows else { return [] }
        var windows: [ClosedRange<Int64>] = []
        for step in 0..<grid.count {
            let (start, end) = (start(of: step), end(of: step))
            guard start < end else { return [] }
            windows.append((start + 1)...end)
        }
        return windows
    }
}
