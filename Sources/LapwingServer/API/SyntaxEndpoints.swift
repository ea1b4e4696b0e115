import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingText

/// `format_query` and `parse_query`: what a query's text means, without evaluating it.
///
/// Source: Prometheus 3.14 `web/api/v1/api.go`.
enum SyntaxEndpoints {
    /// The query broken over lines where it is long.
    static func format(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let expression = try parse(request, now: now)
        return APIAnswer.success { $0.string(expression.prettyText()) }
    }

    /// The query's tree.
    static func tree(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let expression = try parse(request, now: now)
        return APIAnswer.success { $0.expression(expression) }
    }

    private static func parse(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> QueryExpression {
        let parameters = try RequestParameters(request, now: now)
        do throws(PromQLSyntaxError) {
            return try Parser.parse(parameters.text("query") ?? "")
        } catch {
            throw .invalidParameter("query", error.description)
        }
    }
}
