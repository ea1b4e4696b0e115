import LapwingSeries
import LapwingText

/// Selectors that are `anchored` or `smoothed`, which look beyond their window's edges.
extension Evaluator {
    /// A range function over an extended selector: one row for each series.
    mutating func extendedWindows(
        _ kernel: WindowKernel, _ plan: WindowPlan, _ selector: SelectorPlan, _ modifier: VectorSelector.Extension, on grid: StepGrid
    ) throws(QueryError) -> StepMatrix {
        guard modifier.kernels.contains(kernel) else { throw Self.unusable(modifier, with: kernel.rawValue) }
        let frame = WindowFrame(grid: grid, shift: plan.shift, window: plan.window)
        let extended = ExtendedFrame(frame: frame, isSmoothed: modifier == .smoothed, lookback: lookback)
        var matrix = StepMatrix(stepCount: grid.count)
        let set = try series(selector.matchers, over: extended.range)
        for index in 0..<set.count {
            try read(index, of: set, over: extended.range)
            columns.removeStaleMarkers()
            if columns.isEmpty { continue }
            let held = columns.count
            try hold(held + grid.count)
            matrix.appendRow(set.labels[index], dropsName: true)
            let base = matrix.values.count - grid.count
            if columns.histogramTimes.isEmpty {
                if let kind = RateKind(kernel) {
                    fillExtendedRates(&matrix.values, base, columns, extended, kind)
                    if kind.isCounter, matrix.hasValues(row: matrix.rowCount - 1) { annotations.addIfNoCounter(set.labels[index], plan.range) }
                } else {
                    fillAnchoredCounts(&matrix.values, base, columns, extended, countsResets: kernel == .resets)
                }
            } else {
                if selector.readsHistogramCounts { columns.reduceToHistogramCounts() }
                var row = StepRow(stepCount: grid.count)
                let remarks = WindowRemarks(labels: set.labels[index], range: plan.range)
                fillExtendedMixed(kernel, &row, columns, extended, remarks, &annotations)
                matrix.setLastRow(row)
            }
            let rows = matrix.rowCount
            matrix.removeLastRowIfEmpty()
            release(matrix.rowCount < rows ? held + grid.count : held)
        }
        return matrix
    }

    static func unusable(_ modifier: VectorSelector.Extension, with function: String) -> QueryError {
        let names = modifier.kernels.map(\.rawValue).joined(separator: ", ")
        return .execution("\(modifier.rawValue) modifier can only be used with: \(names) - not with \(function)")
    }

    /// An extended range vector as the answer of an instant query.
    mutating func extendedMatrix(
        _ plan: WindowPlan, _ selector: SelectorPlan, _ modifier: VectorSelector.Extension, at time: Int64
    ) throws(QueryError) -> [MatrixSeries] {
        let frame = WindowFrame(grid: StepGrid(start: time, step: 1, count: 1), shift: plan.shift, window: plan.window)
        let extended = ExtendedFrame(frame: frame, isSmoothed: modifier == .smoothed, lookback: lookback)
        var result: [MatrixSeries] = []
        let set = try series(selector.matchers, over: extended.range)
        for index in 0..<set.count {
            try read(index, of: set, over: extended.range)
            columns.removeStaleMarkers()
            guard columns.histogramTimes.isEmpty else { throw .execution("\(modifier.rawValue) modifier is not supported with histograms") }
            let points = columns.extended(to: extended)
            if points.times.isEmpty { continue }
            try hold(points.times.count)
            result.append(MatrixSeries(labels: set.labels[index], times: points.times, values: points.values))
        }
        return result
    }

    /// A selector that is `smoothed`: each series at each step between its samples.
    mutating func smoothed(_ plan: SelectorPlan, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        let first = plan.shift.apply(grid.start)
        let last = plan.shift.apply(grid.end)
        let (end, overflow) = last.addingReportingOverflow(lookback)
        let range = TimeRange(
            start: Timestamp(milliseconds: first).advanced(byMilliseconds: -lookback + 1), end: Timestamp(milliseconds: overflow ? .max : end))
        var matrix = StepMatrix(stepCount: grid.count)
        let set = try series(plan.matchers, over: range)
        for index in 0..<set.count {
            try read(index, of: set, over: range)
            columns.removeStaleMarkers()
            if columns.isEmpty { continue }
            try hold(grid.count)
            matrix.appendRow(set.labels[index], dropsName: false)
            let base = matrix.values.count - grid.count
            if columns.histogramTimes.isEmpty {
                fillSmoothed(&matrix.values, base, columns, plan.shift, grid, lookback: lookback)
            } else {
                if plan.readsHistogramCounts { columns.reduceToHistogramCounts() }
                var row = StepRow(stepCount: grid.count)
                let remarks = WindowRemarks(labels: set.labels[index], range: plan.range)
                fillSmoothedMixed(&row, columns, plan.shift, grid, lookback: lookback, remarks, &annotations)
                matrix.setLastRow(row)
            }
            matrix.removeLastRowIfEmpty()
        }
        return matrix
    }
}

extension VectorSelector.Extension {
    /// The range functions that know it.
    fileprivate var kernels: [WindowKernel] {
        switch self {
        case .anchored: [.changes, .delta, .increase, .rate, .resets]
        case .smoothed: [.delta, .increase, .rate]
        }
    }
}

extension StepMatrix {
    /// Puts the values of a row into the last one.
    fileprivate mutating func setLastRow(_ row: StepRow) {
        let base = values.count - stepCount
        for step in 0..<stepCount {
            values[base + step] = row.values[step]
            if let histogram = row.histogram(at: step) { histograms[base + step] = histogram }
        }
    }
}
