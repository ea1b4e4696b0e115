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
        try gather(try latest(plan, .value, on: grid), on: grid)
    }

    /// When the newest sample of each series at each step was taken, or its counting began, in seconds: what `timestamp`
    /// and `start_timestamp` of a selector are.
    mutating func selectTimes(
        _ plan: SelectorPlan, _ reading: LatestNode.Reading = .time, on grid: StepGrid
    ) throws(QueryError) -> StepMatrix {
        try gather(try latest(plan, reading, on: grid), on: grid)
    }
}
