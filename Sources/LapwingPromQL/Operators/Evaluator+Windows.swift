import LapwingSeries

extension Evaluator {
    /// A range function over every series: one row each.
    mutating func windowed(
        _ kernel: WindowKernel, _ plan: WindowPlan, parameters: [[Double]], on grid: StepGrid
    ) throws(QueryError) -> StepMatrix {
        try gather(try rows(kernel, plan, parameters: parameters, on: grid), on: grid)
    }

    /// A range vector as the answer of an instant query.
    mutating func matrix(of plan: WindowPlan, at time: Int64) throws(QueryError) -> [MatrixSeries] {
        if case .selector(let selector) = plan.source, let modifier = selector.rangeExtension {
            return try extendedMatrix(plan, selector, modifier, at: time)
        }
        let frame = WindowFrame(grid: StepGrid(start: time, step: 1, count: 1), shift: plan.shift, window: plan.window)
        var result: [MatrixSeries] = []
        switch plan.source {
        case .selector(let selector):
            let set = try series(selector.matchers, over: frame.range)
            for index in 0..<set.count {
                try read(index, of: set, over: frame.range)
                columns.removeStaleMarkers()
                // Its time beside each value.
                try budget.hold(columns.count, taking: 2 * columns.count)
                if !columns.isEmpty { result.append(MatrixSeries(set.labels[index], columns)) }
            }
        case .subquery(let inner, let step):
            guard let grid = frame.subqueryGrid(step: step) else { return [] }
            guard grid.count <= options.maximumSamples else { throw .tooManySamples(limit: options.maximumSamples) }
            let matrix = inner.isScalar
                ? try gather(RowPipeline(row: try scalar(inner, on: grid)), on: grid) : try vector(inner, on: grid)
            try budget.hold(0, taking: 2 * matrix.values.count)
            result = try matrix.finished().series(on: grid)
        }
        return result.sorted { $0.labels < $1.labels }
    }
}

extension MatrixSeries {
    fileprivate init(_ labels: Labels, _ columns: SampleColumns) {
        self.init(
            labels: labels, times: columns.times, values: columns.values, histogramTimes: columns.histogramTimes,
            histograms: columns.histograms)
    }
}
