import Dispatch
import LapwingPromQL
import LapwingSeries
import Synchronization

/// What came of a rule's query.
struct RuleAnswer: Sendable {
    var samples: Result<[VectorSample], RuleFailure>
    var statistics = QueryStatistics()
    var duration: Duration = .zero

    init(samples: Result<[VectorSample], RuleFailure>) { self.samples = samples }

    init(_ answer: TimedAnswer, at time: Timestamp) {
        do throws(QueryError) {
            let result = try answer.result.get()
            samples = .success(try result.ruleVector(at: time))
            statistics = result.statistics
        } catch {
            samples = .failure(RuleFailure(error.description))
        }
        duration = answer.duration
    }
}

extension RuleGroup {
    /// Queries that took less than this together, when they were last asked, are not worth waking other threads for.
    static let worthThreads = Duration.milliseconds(5)
    /// Rules of one group that are asked side by side.
    ///
    /// Source: Prometheus' `--rules.max-concurrent-evals`.
    static let maximumThreads = 4

    /// Asks the queries of a run of rules.
    ///
    /// - Parameter expected: what they took together when they were last asked.
    /// - Returns: nil for those that were not asked, since the evaluation is to end.
    func answers(to run: Range<Int>, expecting expected: Duration, at now: Timestamp, _ environment: RuleEnvironment) -> [RuleAnswer?] {
        if environment.isEnding() { return run.map { _ in nil } }
        let time = sampleTime(now, environment)
        if run.count > 1, let answers = environment.querier.answers(to: plan.queries[run], at: time) {
            return answers.map { RuleAnswer($0, at: time) }
        }
        let querier = run.count == 1 ? environment.querier : environment.querier.together()
        if run.count == 1 || expected < Self.worthThreads { return run.map { answer($0, querier, at: time, environment) } }
        let answers = Mutex([RuleAnswer?](repeating: nil, count: run.count))
        let threads = min(Self.maximumThreads, run.count)
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for index in stride(from: run.lowerBound + thread, to: run.upperBound, by: threads) {
                let answer = answer(index, querier, at: time, environment)
                answers.withLock { $0[index - run.lowerBound] = answer }
            }
        }
        return answers.withLock { $0 }
    }

    private func answer(_ index: Int, _ querier: any RuleQuerier, at time: Timestamp, _ environment: RuleEnvironment) -> RuleAnswer? {
        if environment.isEnding() { return nil }
        let start = environment.elapsed()
        let result = Result { () throws(QueryError) in try querier.instant(plan.queries[index], at: time) }
        return RuleAnswer(TimedAnswer(result, took: environment.elapsed() - start), at: time)
    }
}
