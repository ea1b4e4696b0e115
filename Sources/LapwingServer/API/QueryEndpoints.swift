import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingText

/// `query` and `query_range`.
struct QueryEndpoints: Sendable {
    let engine: QueryEngine
    let source: any SeriesSource
    /// How long one query may take when the request does not ask for less.
    let timeout: Duration

    /// Points of one series that a range query may ask for.
    static let maximumPoints: Int64 = 11_000

    func instant(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try parameters.limit()
        let time = try parameters.time("time") ?? now
        let context = try context(parameters, request)
        return try answer(parameters, limit: limit, at: time) { query throws(QueryError) in
            try engine.instant(query, at: time, over: source.snapshot(), context: context)
        }
    }

    func range(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try parameters.limit()
        let start = try parameters.requiredTime("start")
        let end = try parameters.requiredTime("end")
        guard start <= end else { throw .invalidParameter("end", "end timestamp must not be before start time") }
        guard let step = try parameters.duration("step") else { throw .invalidParameter("step", "cannot parse \"\" to a valid duration") }
        guard step >= .milliseconds(1) else {
            throw .invalidParameter(
                "step", "zero or negative query resolution step widths are not accepted. Try a positive integer")
        }
        guard end.duration(since: start).milliseconds / step.milliseconds <= Self.maximumPoints else {
            throw APIError(
                .badData,
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)")
        }
        let context = try context(parameters, request)
        return try answer(parameters, limit: limit, at: end) { query throws(QueryError) in
            try engine.range(query, from: start, through: end, step: step, over: source.snapshot(), context: context)
        }
    }

    private func prepare(_ text: String) throws(APIError) -> PreparedQuery {
        do throws(QueryError) {
            return try engine.prepare(text)
        } catch {
            throw APIError(error)
        }
    }

    private func context(_ parameters: RequestParameters, _ request: HTTPRequest) throws(APIError) -> QueryContext {
        let asked = try parameters.duration("timeout")
        let cancellation = request.cancellation
        var context = QueryContext(
            isCancelled: { cancellation.isCancelled }, deadline: .now + Swift.min(asked ?? timeout, timeout),
            lookbackDelta: try parameters.lookbackDelta())
        context.isTooMuch = { samples in !cancellation.hasRoom(RequestLanes.room(forSamples: samples)) }
        return context
    }

    /// Executes what `run` does, and answers with its result.
    private func answer(
        _ parameters: RequestParameters, limit: Int, at time: Timestamp,
        _ run: (PreparedQuery) throws(QueryError) -> QueryResult
    ) throws(APIError) -> HTTPResponse {
        let start = ContinuousClock.now
        let query = try prepare(parameters.text("query") ?? "")
        let prepared = ContinuousClock.now
        do throws(QueryError) {
            let result = try run(query)
            var warnings = result.annotations.texts(of: .warning, in: query.text)
            let limited = result.value.limited(to: limit)
            if limited.isCut { warnings.append(SeriesEndpoints.truncated) }
            var answer = QueryAnswer(
                value: limited.value, time: time, warnings: warnings, infos: result.annotations.texts(of: .information, in: query.text))
            if let asked = parameters.text("stats") {
                answer.statistics = QueryTimings(
                    preparation: prepared - start, evaluation: .now - prepared, samples: result.statistics)
                if asked != "true", asked != "all" { answer.warnings.append(Self.statisticsWarning(asked)) }
            }
            return answer.response
        } catch {
            throw APIError(error)
        }
    }

    private static func statisticsWarning(_ asked: String) -> String {
        "value \(GoQuote.quote(asked)) for parameter \"stats\" is deprecated and will be rejected in the next major release, "
            + "use \"true\" or \"all\""
    }
}

extension QueryValue {
    /// At most `limit` series; 0 for all.
    fileprivate func limited(to limit: Int) -> (value: QueryValue, isCut: Bool) {
        switch self {
        case .vector(let samples) where limit > 0 && samples.count > limit: (.vector(Array(samples.prefix(limit))), true)
        case .matrix(let matrix) where limit > 0 && matrix.count > limit: (.matrix(matrix.limited(to: limit)), true)
        case .scalar, .string, .vector, .matrix: (self, false)
        }
    }
}
