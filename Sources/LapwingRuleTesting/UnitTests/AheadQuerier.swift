import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingStorage
import Synchronization

/// Answers the rules of one test: queries that read nothing but the test's series for many instants at once, as one range, all others
/// one by one. Both come to the same, since a test's series are known beforehand; a test holds that.
final class AheadQuerier: RuleQuerier {
    private let querier: SourceQuerier
    private let foreseeable: Set<String>
    /// All series of the test, at all times.
    private let series: any SeriesSnapshot
    private let step: Duration
    private let end: Timestamp
    /// By query; nil for one that has to be asked one by one after all.
    private let blocks = Mutex<[String: BlockAnswers?]>([:])

    /// - Parameters:
    ///   - querier: asks what has come and was written up to now.
    ///   - step: how far apart the instants are.
    init(_ querier: SourceQuerier, for queries: Set<String>, in test: UnitTest, step: Duration) {
        (self.querier, self.step, end) = (querier, step, test.start + test.lastTime)
        let store = Store(options: StoreOptions(retention: nil))
        let isForeseen = test.delay == .zero && !test.usesGroupIntervals && !queries.isEmpty
        let sink = HintingSink(store)
        // Where a sample is refused the test has failed already when its rules are asked.
        if isForeseen, var loader = try? SeriesLoader(test, into: sink), loader.load(through: end, into: sink).isEmpty {
            foreseeable = queries
        } else {
            foreseeable = []
        }
        series = store.snapshot()
    }

    func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
        guard foreseeable.contains(query.text), let samples = foreseen(query, at: time) else { return try querier.instant(query, at: time) }
        return QueryResult(value: .vector(samples))
    }

    func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try querier.prepare(text) }

    private func foreseen(_ query: PreparedQuery, at time: Timestamp) -> [VectorSample]? {
        blocks.withLock { blocks in
            if let known = blocks[query.text] {
                guard let known else { return nil }
                if time <= known.end { return known.vector(at: time) }
            }
            let count = end.duration(since: time).milliseconds / max(1, step.milliseconds) + 1
            let block = BlockAnswers(
                query, querier.engine, over: series, from: time, step: step, count: Int(min(Int64(BlockAnswers.steps), max(1, count))))
            blocks[query.text] = .some(block)
            return block?.vector(at: time)
        }
    }
}
