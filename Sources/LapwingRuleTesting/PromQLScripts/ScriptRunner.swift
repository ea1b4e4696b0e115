import LapwingPromQL
import LapwingSeries
import LapwingStorage
public import LapwingText

/// Runs a PromQL test script: one outcome for each line that begins with `eval`, and none for anything else.
///
/// An instant query is asked again with `@` at its selectors and at other times, and each of these once more as a range
/// query whose middle step is looked at. Source: Prometheus 3.14 `promql/promqltest/test.go`.
public struct ScriptRunner {
    private let source: SourceText
    private let commands: [ScriptCommand]
    private var store = ScriptRunner.emptyStore()
    private let engine = QueryEngine()

    /// - Throws: what is no script.
    public init(_ source: SourceText) throws(SourceError) {
        self.source = source
        var reader = ScriptReader(source)
        try reader.read()
        commands = reader.commands
    }

    private static func emptyStore() -> Store {
        Store(options: StoreOptions(retention: nil, outOfOrderWindow: .seconds(4_000_000_000)))
    }

    public mutating func run() -> [TestOutcome] {
        var outcomes: [TestOutcome] = []
        // What could not be loaded fails the evaluation after it.
        var loadFaults: [Diagnostic] = []
        for command in commands {
            switch command {
            case .clear: store = Self.emptyStore()
            case .load(let series): loadFaults += series.append(to: store)
            case .evaluate(let evaluation):
                let start = ContinuousClock.now
                let failures = loadFaults + failures(of: evaluation)
                loadFaults = []
                if evaluation.isIndented, !outcomes.isEmpty {
                    outcomes[outcomes.count - 1].failures += failures
                    continue
                }
                let line = source.position(of: evaluation.range.lowerBound).line
                outcomes.append(TestOutcome(name: "line \(line)", failures: failures, source: source, duration: start.duration(to: .now)))
            }
        }
        return outcomes
    }

    private func failures(of evaluation: ScriptEvaluation) -> [Diagnostic] {
        if !evaluation.faults.isEmpty { return evaluation.faults }
        return fault(of: evaluation).map { [Diagnostic($0, at: evaluation.range)] } ?? []
    }

    /// What went otherwise than expected; nil when nothing did.
    private func fault(of evaluation: ScriptEvaluation) -> String? {
        let query: PreparedQuery
        do throws(QueryError) {
            query = try engine.prepare(evaluation.query)
        } catch {
            // Even where a failure is expected: what cannot be read is a mistake of the script.
            return "the query cannot be read: \(error.description)"
        }
        switch evaluation.time {
        case .range(let start, let end, let step):
            return rangeFault(query, ScriptEvaluation.Steps(start: start, end: end, step: step), evaluation)
        case .instant(let time):
            if let fault = instantFault(query, time, evaluation) { return fault }
            guard let fixed = query.anchored(at: time) else { return nil }
            for other in time == 0 ? [-1000, 0, 1000] : [-10 * time, 0, time / 5, time, 10 * time] {
                if let fault = instantFault(fixed, other, evaluation) { return "with @ at \(time) ms, asked at \(other) ms: \(fault)" }
            }
            return nil
        }
    }

    // MARK: Queries

    private func rangeFault(_ query: PreparedQuery, _ steps: ScriptEvaluation.Steps, _ evaluation: ScriptEvaluation) -> String? {
        check(evaluation, query) { () throws(QueryError) in try range(query, steps) }
    }

    private func range(_ query: PreparedQuery, _ steps: ScriptEvaluation.Steps) throws(QueryError) -> QueryResult {
        try engine.range(
            query, from: Timestamp(milliseconds: steps.start), through: Timestamp(milliseconds: steps.end),
            step: .milliseconds(steps.step), over: store.snapshot())
    }

    private func instantFault(_ query: PreparedQuery, _ time: Int64, _ evaluation: ScriptEvaluation) -> String? {
        let fault = check(evaluation, query) { () throws(QueryError) in
            try engine.instant(query, at: Timestamp(milliseconds: time), over: store.snapshot())
        }
        if let fault { return fault }
        let hasOwnShape = evaluation.rangeVector != nil || evaluation.string != nil
        if evaluation.expectsFailure || hasOwnShape || query.asksForItsRange { return nil }
        do throws(QueryError) {
            let result = try range(query, ScriptEvaluation.Steps(start: time - 60_000, end: time + 60_000, step: 60_000))
            if evaluation.isOrdered { return nil }
            return ResultComparison(evaluation).fault(ofStepAt: time, in: result, isScalar: query.expression.type == .scalar).map {
                "as a range query: \($0)"
            }
        } catch {
            return "as a range query it failed: \(error.description)"
        }
    }

    private func check(
        _ evaluation: ScriptEvaluation, _ query: PreparedQuery, _ ask: () throws(QueryError) -> QueryResult
    ) -> String? {
        let result: QueryResult
        do throws(QueryError) {
            result = try ask()
        } catch {
            return failureFault(evaluation, error.description)
        }
        if evaluation.expectsFailure { return "the query was expected to fail and did not" }
        return annotationFault(evaluation, result, query.text) ?? ResultComparison(evaluation).fault(of: result.value)
    }

    private func failureFault(_ evaluation: ScriptEvaluation, _ message: String) -> String? {
        guard evaluation.expectsFailure else { return "the query failed: \(message)" }
        for match in evaluation.failureMatches + evaluation.matches(of: .fail) where !match.holds(message) {
            return "the query was expected to fail with \(match.description) and failed with: \(message)"
        }
        return nil
    }

    // MARK: Annotations

    private func annotationFault(_ evaluation: ScriptEvaluation, _ result: QueryResult, _ query: String) -> String? {
        let warnings = result.annotations.texts(of: .warning, in: query)
        let infos = result.annotations.texts(of: .information, in: query)
        if evaluation.mode == .warn, warnings.isEmpty { return "expected a warning" }
        if evaluation.mode == .info, infos.isEmpty { return "expected an info" }
        if evaluation.expects(.noWarning), !warnings.isEmpty { return "expected no warning, got \(warnings)" }
        if evaluation.expects(.noInformation), !infos.isEmpty { return "expected no info, got \(infos)" }
        return Self.mismatch("warning", evaluation.matches(of: .warn), warnings) ?? Self.mismatch("info", evaluation.matches(of: .info), infos)
    }

    /// Each that is expected has to be there, and each that is there has to be expected, once any is.
    private static func mismatch(_ kind: String, _ expected: [TextMatch], _ texts: [String]) -> String? {
        if expected.isEmpty { return nil }
        for match in expected where !texts.contains(where: match.holds) { return "expected the \(kind) \(match.description), got \(texts)" }
        for text in texts where !expected.contains(where: { $0.holds(text) }) { return "unexpected \(kind): \(text)" }
        return nil
    }
}
