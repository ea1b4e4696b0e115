import LapwingSeries

extension Evaluator {
    /// The series of a selector, and the times that their samples may have.
    mutating func series(_ matchers: [Matcher], over range: TimeRange) throws(QueryError) -> any SeriesSet {
        do {
            let set = try snapshot.select(matchers, over: range)
            statistics.seriesSelected += set.count
            return set
        } catch {
            throw .storage(error.message)
        }
    }

    /// Decodes a series into `columns`, without stale markers.
    mutating func read(_ index: Int, of set: any SeriesSet, over range: TimeRange) throws(QueryError) {
        try check()
        do {
            try set.read(index, over: range, into: &columns)
        } catch {
            throw .storage(error.message)
        }
        statistics.samplesRead += columns.count
    }

    /// The newest sample of each series at each step, unless it is stale or older than the look-back.
    mutating func select(_ plan: SelectorPlan, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        var matrix = StepMatrix(stepCount: grid.count)
        try forEachLatest(plan, on: grid) { (labels, row) throws(QueryError) in
            matrix.labels.append(labels)
            matrix.dropsName.append(false)
            let base = matrix.values.count
            matrix.values.append(contentsOf: row.values)
            for (step, histogram) in row.histograms { matrix.histograms[base + step] = histogram }
        }
        return matrix
    }

    /// When the newest sample of each series at each step was taken, in seconds: what `timestamp` of a selector is.
    mutating func selectTimes(_ plan: SelectorPlan, on grid: StepGrid) throws(QueryError) -> StepMatrix {
        var matrix = StepMatrix(stepCount: grid.count)
        try forEachLatest(plan, on: grid) { (labels, row) throws(QueryError) in
            matrix.labels.append(labels)
            matrix.dropsName.append(true)
            for step in 0..<grid.count {
                let isPresent = row.values[step].bitPattern != StepMatrix.absentBits
                matrix.values.append(isPresent ? Double(row.times[step]) / 1000 : StepMatrix.absent)
            }
        }
        return matrix
    }

    /// One series' newest samples at every step.
    struct LatestRow {
        var values: [Double]
        var times: [Int64]
        var histograms: [Int: NativeHistogram] = [:]
        var isEmpty = true

        init(stepCount: Int) {
            values = Array(repeating: StepMatrix.absent, count: stepCount)
            times = Array(repeating: 0, count: stepCount)
        }
    }

    private mutating func forEachLatest(
        _ plan: SelectorPlan, on grid: StepGrid, _ body: (Labels, LatestRow) throws(QueryError) -> Void
    ) throws(QueryError) {
        let first = plan.shift.apply(grid.start)
        let last = plan.shift.apply(grid.end)
        let range = TimeRange(
            start: Timestamp(milliseconds: first).advanced(byMilliseconds: -lookback + 1), end: Timestamp(milliseconds: last))
        let set = try series(plan.matchers, over: range)
        if grid.count == 1 { return try forEachLatest(of: set, over: range, body) }
        for index in 0..<set.count {
            try read(index, of: set, over: range)
            let row = latestRow(plan.shift, on: grid)
            if row.isEmpty { continue }
            try hold(grid.count)
            try body(set.labels[index], row)
        }
    }

    /// One step needs no columns: the source finds its newest samples by itself.
    private mutating func forEachLatest(
        of set: any SeriesSet, over range: TimeRange, _ body: (Labels, LatestRow) throws(QueryError) -> Void
    ) throws(QueryError) {
        var latest = LatestSamples()
        do {
            try set.readLatest(over: range, into: &latest)
        } catch {
            throw .storage(error.message)
        }
        statistics.samplesRead += set.count
        var row = LatestRow(stepCount: 1)
        for index in 0..<set.count where latest.times[index] != LatestSamples.absent {
            let histogram = latest.histograms[index]
            row.values[0] = histogram == nil ? latest.values[index] : StepMatrix.histogramCell
            row.times[0] = latest.times[index]
            row.histograms = histogram.map { [0: $0] } ?? [:]
            try hold(1)
            try body(set.labels[index], row)
        }
    }

    private func latestRow(_ shift: TimeShift, on grid: StepGrid) -> LatestRow {
        var row = LatestRow(stepCount: grid.count)
        var nextFloat = 0
        var nextHistogram = 0
        for step in 0..<grid.count {
            let now = shift.apply(grid.time(step))
            while nextFloat < columns.times.count, columns.times[nextFloat] <= now { nextFloat += 1 }
            while nextHistogram < columns.histogramTimes.count, columns.histogramTimes[nextHistogram] <= now { nextHistogram += 1 }
            let floatTime = nextFloat > 0 ? columns.times[nextFloat - 1] : Int64.min
            let histogramTime = nextHistogram > 0 ? columns.histogramTimes[nextHistogram - 1] : Int64.min
            let time = max(floatTime, histogramTime)
            guard time != Int64.min, time > now - lookback else { continue }
            if histogramTime > floatTime {
                let histogram = columns.histograms[nextHistogram - 1]
                if histogram.isStaleMarker { continue }
                row.values[step] = StepMatrix.histogramCell
                row.histograms[step] = histogram
            } else {
                let value = columns.values[nextFloat - 1]
                if value.isStaleMarker { continue }
                row.values[step] = value
            }
            row.times[step] = time
            row.isEmpty = false
        }
        return row
    }
}
