import LapwingHTTP
public import LapwingPromQL
public import LapwingRules
public import LapwingSeries

/// Rules asked of another server.
///
/// What a rule recorded is seen by those after it only when it has come there by remote write, and never within the same
/// evaluation: of rules that depend on one another, the later ones lag by an interval or two.
public struct RemoteQuerier: RuleQuerier {
    private let api: RemoteAPI
    private let observer: @Sendable (Duration, RemoteError?) -> Void

    /// - Parameter observer: told of every query how long it took, and why it failed if it did.
    public init(_ api: RemoteAPI, observer: @escaping @Sendable (Duration, RemoteError?) -> Void = { _, _ in }) {
        self.api = api
        self.observer = observer
    }

    public func prepare(_ text: String) throws(QueryError) -> PreparedQuery { try QueryEngine().prepare(text) }

    public func instant(_ query: PreparedQuery, at time: Timestamp) throws(QueryError) -> QueryResult {
        let answer = BlockingResult<TimedAnswer>()
        Task { answer.set(await ask(query, at: time)) }
        return try answer.wait().result.get()
    }

    public func answers(to queries: ArraySlice<PreparedQuery>, at time: Timestamp) -> [TimedAnswer]? {
        let answers = BlockingResult<[TimedAnswer]>()
        Task {
            let all = await withTaskGroup(of: (Int, TimedAnswer).self) { group in
                for (place, query) in queries.enumerated() { group.addTask { (place, await ask(query, at: time)) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            answers.set(all.sorted { $0.0 < $1.0 }.map(\.1))
        }
        return answers.wait()
    }

    private func ask(_ query: PreparedQuery, at time: Timestamp) async -> TimedAnswer {
        let begun = ContinuousClock.now
        do throws(RemoteError) {
            let reply = try await api.ask(.whole(.instant(query.text, at: time)))
            if reply.isPartial { throw RemoteError.partial }
            let value = try reply.value()
            let duration = ContinuousClock.now - begun
            observer(duration, nil)
            return TimedAnswer(.success(QueryResult(value: value)), took: duration)
        } catch {
            let duration = ContinuousClock.now - begun
            observer(duration, error)
            return TimedAnswer(.failure(.execution(text(error))), took: duration)
        }
    }

    /// With the server's address, which some errors have already.
    private func text(_ error: RemoteError) -> String {
        if case .unanswered = error { "\(error)" } else { "\(api.settings.shownURL): \(error)" }
    }
}
