import LapwingHTTP

/// What lets pages of other hosts read the API, as Prometheus lets them: any page, but with no credentials of the reader's.
///
/// Source: Prometheus 3.14 `util/httputil/cors.go`.
enum CrossOrigin {
    static func allow(_ request: HTTPRequest, _ response: inout HTTPResponse) {
        response.headers.add("Vary", "Origin")
        if (request.headers["Origin"] ?? "").isEmpty { return }
        response.headers["Access-Control-Allow-Headers"] = "Accept, Authorization, Content-Type, Origin"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Expose-Headers"] = "Date"
        response.headers["Access-Control-Allow-Origin"] = "*"
    }

    /// Answers what a browser asks before it asks; nil outside of the API.
    @Sendable static func preflight(_ request: HTTPRequest) -> HTTPResponse? {
        guard request.path.hasPrefix("/api/v1/") else { return nil }
        var response = HTTPResponse(status: .noContent)
        allow(request, &response)
        return response
    }
}
