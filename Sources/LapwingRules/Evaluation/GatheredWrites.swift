import LapwingSeries

/// What rules that are settled one after the other write, in one batch: one frame of the log, and the store's locks once.
struct GatheredWrites {
    /// Samples beyond which they are written without waiting for the rest.
    static let enough = 4096

    var batch = SampleBatch()
    var parts: [(rule: Int, prepared: WrittenSeries.Prepared)] = []
}

extension RuleGroup {
    /// Whether what was gathered has to be there before a rule is settled: templates may ask for it.
    func mayAsk(_ rule: Int, _ answer: RuleAnswer) -> Bool {
        guard case .alerting(let rule) = rules[rule], case .success(let samples) = answer.samples, !samples.isEmpty else { return false }
        return !(rule.labels + rule.annotations).allSatisfy(\.template.isLasting)
    }

    /// Writes what was gathered; what that takes is shared by the rules, by what each of them has in the batch.
    ///
    /// - Parameter change: gives access to a rule's state.
    func write(
        _ writes: inout GatheredWrites, at now: Timestamp, _ environment: RuleEnvironment, _ outcome: inout GroupOutcome,
        change: (Int, (inout RuleState) -> Void) -> Void
    ) {
        if writes.parts.isEmpty { return }
        let time = sampleTime(now, environment)
        let start = environment.elapsed()
        let result = Result { () throws(AppendError) in try environment.sink.append(writes.batch) }
        let took = environment.elapsed() - start
        for (rule, prepared) in writes.parts {
            change(rule) { state in
                state.evaluationDuration += took * prepared.count / max(1, writes.batch.count)
                do throws(RuleFailure) {
                    let refused: [RefusedSample]
                    do throws(AppendError) {
                        refused = try state.written.wrote(prepared, of: writes.batch, refused: result.get(), at: time, to: environment.sink)
                    } catch {
                        throw RuleFailure(error.description)
                    }
                    state.samplesProduced = prepared.samples.count
                    outcome.samplesWritten += prepared.samples.count - refused.count
                    if let first = refused.first { throw RuleFailure(refused: first.reason, count: refused.count) }
                } catch {
                    state.fail(error, rule, &outcome)
                }
            }
        }
        writes = GatheredWrites()
    }
}

extension RuleState {
    mutating func fail(_ failure: RuleFailure, _ rule: Int, _ outcome: inout GroupOutcome) {
        health = .bad
        lastError = failure.message
        failures += 1
        outcome.failures.append((rule, failure.message))
    }
}
