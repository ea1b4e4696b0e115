import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingStorage
import LapwingText

/// `query_exemplars`: the exemplars of the series that a query selects.
///
/// Source: Prometheus 3.14 `web/api/v1/api.go`, `queryExemplars`.
struct ExemplarEndpoint: Sendable {
    let exemplars: ExemplarStore

    func query(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        let start = try parameters.time("start") ?? .distantPast
        let end = try parameters.time("end") ?? .distantFuture
        if end < start { throw APIError(.badData, "end timestamp must not be before start timestamp") }
        let expression: QueryExpression
        do throws(PromQLSyntaxError) {
            expression = try Parser.parse(parameters.text("query") ?? "")
        } catch {
            throw APIError(.badData, error.description)
        }
        let selectors = Self.selectors(of: expression)
        if selectors.isEmpty { return HTTPResponse(status: .noContent) }
        let found = exemplars.select(selectors, over: TimeRange(start: start, end: end))
        return APIAnswer.success { json in
            json.array { json in
                for (series, exemplars) in found {
                    json.object { json in
                        json.key("seriesLabels")
                        json.labels(series)
                        json.key("exemplars")
                        json.array { json in for exemplar in exemplars { json.exemplar(exemplar) } }
                    }
                }
            }
        }
    }

    /// The matchers of every selector of a query.
    private static func selectors(of expression: QueryExpression) -> [[Matcher]] {
        if case .vectorSelector(let selector) = expression { return [selector.matchers] }
        return expression.children.flatMap(selectors)
    }
}

extension JSONWriter {
    fileprivate mutating func exemplar(_ exemplar: Exemplar) {
        object { json in
            json.key("labels")
            json.labels(exemplar.labels)
            json.key("value")
            json.quoted(exemplar.value)
            json.key("timestamp")
            json.seconds(exemplar.time)
        }
    }
}
