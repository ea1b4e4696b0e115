import LapwingSeries
import LapwingText

/// Where the windows of a range function lie: at each step, from `start(of:)`, left out, to `end(of:)`, taken in.
struct WindowFrame {
    let grid: StepGrid
    let shift: TimeShift
    /// Milliseconds.
    let window: Int64

    func end(of step: Int) -> Int64 { shift.apply(grid.time(step)) }

    func start(of step: Int) -> Int64 {
        let (start, overflow) = end(of: step).subtractingReportingOverflow(window)
        return overflow ? Int64.min : start
    }

    /// Everything that any window takes in.
    var range: TimeRange {
        let (first, overflow) = start(of: 0).addingReportingOverflow(1)
        return TimeRange(
            start: Timestamp(milliseconds: overflow ? .max : first), end: Timestamp(milliseconds: end(of: grid.count - 1)))
    }
}

extension Evaluator {
    /// Calls `body` for each series that has samples in any window, with those samples in `columns`, stale markers left
    /// out; the series come in the order of their labels.
    mutating func forEachWindowSeries(
        _ plan: WindowPlan, on grid: StepGrid, _ body: (inout Evaluator, Labels, Bool) throws(QueryError) -> Void
    ) throws(QueryError) {
        let frame = WindowFrame(grid: grid, shift: plan.shift, window: plan.window)
        switch plan.source {
        case .selector(let selector):
            let set = try series(selector.matchers, over: frame.range)
            for index in 0..<set.count {
                try read(index, of: set, over: frame.range)
                columns.removeStaleMarkers()
                if columns.isEmpty { continue }
                let held = columns.count
                try hold(held)
                try body(&self, set.labels[index], false)
                release(held)
            }
        case .subquery(let inner, let step):
            guard let innerGrid = Self.subqueryGrid(frame, step: step) else { return }
            // A row of the inner grid is allocated whole: it has to fit before anything is evaluated.
            guard innerGrid.count <= options.maximumSamples else { throw .tooManySamples(limit: options.maximumSamples) }
            let matrix = try subqueryVector(inner, on: innerGrid)
            for row in 0..<matrix.rowCount {
                try check()
                columns.replace(byRow: row, of: matrix, on: innerGrid)
                if !columns.isEmpty { try body(&self, matrix.labels[row], matrix.dropsName[row]) }
            }
            release(matrix.values.count)
        }
    }

    private mutating func subqueryVector(_ node: PlanNode, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        switch try evaluate(node, on: grid) {
        case .vector(let matrix): return matrix
        case .scalar(let values):
            var matrix = StepMatrix(stepCount: grid.count)
            matrix.appendRow(.empty, dropsName: false)
            matrix.values = values
            return matrix
        case .string: throw .execution("a subquery of a string")
        }
    }

    /// The multiples of the subquery's step that lie in any window.
    private static func subqueryGrid(_ frame: WindowFrame, step: Int64) -> StepGrid? {
        let start = frame.start(of: 0)
        var first = step * (start / step)
        if first <= start { first += step }
        return StepGrid(from: first, through: frame.end(of: frame.grid.count - 1), step: step)
    }

    /// A range vector as the answer of an instant query.
    mutating func matrix(of plan: WindowPlan, at time: Int64) throws(QueryError) -> [MatrixSeries] {
        if case .selector(let selector) = plan.source, let modifier = selector.rangeExtension {
            return try extendedMatrix(plan, selector, modifier, at: time)
        }
        var result: [MatrixSeries] = []
        try forEachWindowSeries(plan, on: StepGrid(start: time, step: 1, count: 1)) { (evaluator, labels, dropsName) throws(QueryError) in
            let columns = evaluator.columns
            try evaluator.hold(columns.count)
            result.append(
                MatrixSeries(
                    labels: dropsName ? labels.dropping(StepMatrix.metadataNames) : labels, times: columns.times,
                    values: columns.values, histogramTimes: columns.histogramTimes, histograms: columns.histograms))
        }
        return result.sorted { $0.labels < $1.labels }
    }

    /// A range function over every series: one row each.
    mutating func windowed(
        _ kernel: WindowKernel, _ plan: WindowPlan, parameters: [[Double]], on grid: StepGrid
    ) throws(QueryError) -> StepMatrix {
        var matrix = StepMatrix(stepCount: grid.count)
        let frame = WindowFrame(grid: grid, shift: plan.shift, window: plan.window)
        try forEachWindowSeries(plan, on: grid) { (evaluator, labels, dropsName) throws(QueryError) in
            try evaluator.hold(grid.count)
            matrix.appendRow(labels, dropsName: dropsName || !kernel.keepsName)
            let base = matrix.values.count - grid.count
            if evaluator.columns.histogramTimes.isEmpty {
                kernel.fill(&matrix.values, from: base, evaluator.columns, frame, parameters)
                evaluator.annotate(kernel, labels, plan.range)
            } else {
                try evaluator.fillMixed(kernel, &matrix, base: base, frame, parameters, labels, plan.range)
            }
            let rows = matrix.rowCount
            matrix.removeLastRowIfEmpty()
            if matrix.rowCount < rows { evaluator.release(grid.count) }
        }
        return matrix
    }

    /// What upstream remarks about a series of floats.
    private mutating func annotate(_ kernel: WindowKernel, _ labels: Labels, _ range: SourceRange) {
        guard kernel == .rate || kernel == .increase else { return }
        let name = labels.metricName
        let isCounterName = name.isEmpty || ["_total", "_sum", "_count", "_bucket"].contains { name.hasSuffix($0) }
        if !isCounterName, labels[LabelName.type] != "counter" { annotations.add(.possibleNonCounter(name, range)) }
    }
}

extension SampleColumns {
    /// Drops stale markers, keeping the order.
    mutating func removeStaleMarkers() {
        var kept = 0
        for index in 0..<values.count where !values[index].isStaleMarker {
            if kept != index {
                times[kept] = times[index]
                values[kept] = values[index]
                if !startTimes.isEmpty { startTimes[kept] = startTimes[index] }
            }
            kept += 1
        }
        times.removeLast(values.count - kept)
        if !startTimes.isEmpty { startTimes.removeLast(values.count - kept) }
        values.removeLast(values.count - kept)
        guard histograms.contains(where: \.isStaleMarker) else { return }
        let live = histograms.indices.filter { !histograms[$0].isStaleMarker }
        histogramTimes = live.map { histogramTimes[$0] }
        if !histogramStartTimes.isEmpty { histogramStartTimes = live.map { histogramStartTimes[$0] } }
        histograms = live.map { histograms[$0] }
    }

    /// The present cells of a matrix' row as samples.
    mutating func replace(byRow row: Int, of matrix: StepMatrix, on grid: StepGrid) {
        removeAll()
        for (step, cell) in matrix.cells(of: row).enumerated() where matrix.isPresent(cell) {
            if let histogram = matrix.histogram(at: cell) {
                histogramTimes.append(grid.time(step))
                histograms.append(histogram)
            } else {
                times.append(grid.time(step))
                values.append(matrix.values[cell])
            }
        }
    }
}
