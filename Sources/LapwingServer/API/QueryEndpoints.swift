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
        let query = try prepare(parameters.text("query") ?? "")
        do throws(QueryError) {
            let result = try engine.instant(query, at: time, over: source.snapshot(), context: context)
            return answer(result, query, at: time, limit: limit)
        } catch {
            throw APIError(error)
        }
    }

    func range(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let limit = try parameters.limit()
        guard let start = try parameters.time("start") else { throw .invalidParameter("start", "cannot parse \"\" to a valid timestamp") }
        guard let end = try parameters.time("end") else { throw .invalidParameter("end", "cannot parse \"\" to a valid timestamp") }
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
        let query = try prepare(parameters.text("query") ?? "")
        do throws(QueryError) {
            let result = try engine.range(query, from: start, through: end, step: step, over: source.snapshot(), context: context)
            return answer(result, query, at: end, limit: limit)
        } catch {
            if case .execution(let message) = error, message.hasPrefix("invalid expression type") {
                throw .invalidParameter("query", message)
            }
            throw APIError(error)
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
        return QueryContext(
            isCancelled: { cancellation.isCancelled }, deadline: .now + Swift.min(asked ?? timeout, timeout),
            lookbackDelta: try parameters.duration("lookback_delta"))
    }

    /// The answer, written series by series as the client takes it.
    private func answer(_ result: QueryResult, _ query: PreparedQuery, at time: Timestamp, limit: Int) -> HTTPResponse {
        var warnings = result.annotations.texts(of: .warning, in: query.text)
        let infos = result.annotations.texts(of: .information, in: query.text)
        let value = result.value.limited(to: limit)
        if value.isCut { warnings.append("results truncated due to limit") }
        guard case .matrix(let series) = value.value, series.count > 16 else {
            return APIAnswer.success(warnings: warnings, infos: infos) { $0.queryData(value.value, at: time) }
        }
        let remarks = warnings
        return HTTPResponse(contentType: "application/json", body: .stream { writer in
            var json = JSONWriter(reservingCapacity: 1 << 17, escapesHTML: false)
            json.beginObject()
            json.member("status", "success")
            json.key("data")
            json.beginObject()
            json.member("resultType", "matrix")
            json.key("result")
            json.beginArray()
            for one in series {
                json.series(one)
                if json.bytes.count > 1 << 16 { try writer.write(json.take()) }
            }
            json.endArray()
            json.endObject()
            APIAnswer.remarks(remarks, infos, &json)
            json.endObject()
            try writer.write(json.take())
        })
    }
}

extension QueryValue {
    /// At most `limit` series; 0 for all.
    fileprivate func limited(to limit: Int) -> (value: QueryValue, isCut: Bool) {
        switch self {
        case .vector(let samples) where limit > 0 && samples.count > limit: (.vector(Array(samples.prefix(limit))), true)
        case .matrix(let series) where limit > 0 && series.count > limit: (.matrix(Array(series.prefix(limit))), true)
        case .scalar, .string, .vector, .matrix: (self, false)
        }
    }
}
