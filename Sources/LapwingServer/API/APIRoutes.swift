import Lapwing
import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingText

/// Every path that the server answers.
struct APIRoutes: Sendable {
    var queries: QueryEndpoints
    var series: SeriesEndpoints
    var rules: RuleEndpoints
    var targets: TargetEndpoints
    var status: StatusEndpoints
    var writes: WriteEndpoint
    var imports: ImportEndpoint
    var telemetry: OpenTelemetryEndpoint
    var exemplars: ExemplarEndpoint
    var federation: FederationEndpoint
    var runtime: RuntimeEndpoints
    var instruments: Instruments
    var history: HistoryEndpoint
    var explanations: ExplainEndpoint
    var alertmanagers: @Sendable () -> [String]
    /// The configuration file's text.
    var shownConfiguration: @Sendable () -> String
    var now: @Sendable () -> Timestamp
    /// Loads rules and configuration anew; the message of what is wrong with them, or nil.
    var reload: @Sendable () -> String?

    private typealias Endpoint = @Sendable (HTTPRequest, Timestamp) throws(APIError) -> HTTPResponse

    func router() -> HTTPRouter {
        var router = HTTPRouter()
        router.options = CrossOrigin.preflight
        let (queries, series, rules, targets, status, runtime) = (queries, series, rules, targets, status, runtime)
        answer(&router, "query", [.get, .post]) { (request, now) throws(APIError) in try queries.instant(request, now: now) }
        answer(&router, "query_range", [.get, .post]) { (request, now) throws(APIError) in try queries.range(request, now: now) }
        answer(&router, "query_exemplars", [.get, .post]) { [exemplars] (request, now) throws(APIError) in try exemplars.query(request, now: now) }
        answer(&router, "format_query", [.get, .post]) { (request, now) throws(APIError) in try SyntaxEndpoints.format(request, now: now) }
        answer(&router, "parse_query", [.get, .post]) { (request, now) throws(APIError) in try SyntaxEndpoints.tree(request, now: now) }
        answer(&router, "series", [.get, .post]) { (request, now) throws(APIError) in try series.series(request, now: now) }
        answer(&router, "labels", [.get, .post]) { (request, now) throws(APIError) in try series.labels(request, now: now) }
        answer(&router, "label/:name/values") { (request, now) throws(APIError) in try series.values(request, now: now) }
        answer(&router, "rules") { (request, now) throws(APIError) in try rules.rules(request, now: now) }
        answer(&router, "alerts") { (request, now) throws(APIError) in try rules.alerts(request, now: now) }
        answer(&router, "alert_history") { [history] (request, now) throws(APIError) in try history.history(request, now: now) }
        answer(&router, "explain", [.get, .post]) { [explanations] (request, now) throws(APIError) in try explanations.explain(request, now: now) }
        answer(&router, "targets") { (request, now) throws(APIError) in try targets.targets(request, now: now) }
        answer(&router, "targets/metadata") { (request, now) throws(APIError) in try targets.targetMetadata(request, now: now) }
        answer(&router, "scrape_pools") { (request, now) throws(APIError) in try targets.pools(request, now: now) }
        answer(&router, "metadata") { (request, now) throws(APIError) in try targets.metadata(request, now: now) }
        answer(&router, "alertmanagers") { [alertmanagers] (_, _) throws(APIError) in Self.alertmanagers(alertmanagers()) }
        answer(&router, "status/config") { [shownConfiguration] (_, _) throws(APIError) in
            APIAnswer.success { json in json.object { $0.member("yaml", shownConfiguration()) } }
        }
        answer(&router, "status/buildinfo") { (_, _) throws(APIError) in status.buildInfo() }
        answer(&router, "status/tsdb") { (request, now) throws(APIError) in try status.storage(request, now: now) }
        answer(&router, "status/flags") { (_, _) throws(APIError) in runtime.shownFlags() }
        answer(&router, "status/runtimeinfo") { (_, now) throws(APIError) in runtime.runtime(now: now) }
        answer(&router, "status/walreplay") { (_, _) throws(APIError) in runtime.replay() }
        take(&router, "write", [.post]) { [writes] (request, _) throws(APIError) in writes.write(request) }
        take(&router, "import/prometheus", [.post, .put]) { [imports] (request, now) throws(APIError) in imports.write(request, now: now) }
        take(&router, "otlp/v1/metrics", [.post]) { [telemetry] (request, _) throws(APIError) in telemetry.write(request) }
        addPages(&router)
        return router
    }

    /// One endpoint below `/api/v1/` that answers, also pages of other hosts.
    private func answer(
        _ router: inout HTTPRouter, _ path: String, _ methods: [HTTPMethod] = [.get], _ endpoint: @escaping Endpoint
    ) {
        count(&router, "/api/v1/" + path, methods) { [now] request in
            // Who has gone while the request waited is not answered.
            var response = request.isCancelled ? APIError(QueryError.cancelled).response : Self.response(of: endpoint, to: request, now())
            CrossOrigin.allow(request, &response)
            return response
        }
    }

    /// One endpoint below `/api/v1/` that takes samples.
    private func take(_ router: inout HTTPRouter, _ path: String, _ methods: [HTTPMethod], _ endpoint: @escaping Endpoint) {
        count(&router, "/api/v1/" + path, methods) { [now] request in Self.response(of: endpoint, to: request, now()) }
    }

    private static func response(of endpoint: Endpoint, to request: HTTPRequest, _ now: Timestamp) -> HTTPResponse {
        do throws(APIError) {
            return try endpoint(request, now)
        } catch {
            return error.response
        }
    }

    /// A route whose requests are counted by path and status, and timed; nothing is said of one that nobody has asked for.
    private func count(_ router: inout HTTPRouter, _ handler: String, _ methods: [HTTPMethod], _ respond: @escaping HTTPRouter.Handler) {
        let instruments = instruments
        router.on(methods, handler) { request in
            let start = ContinuousClock.now
            let response = respond(request)
            if request.cancellation.isInterrupted { return response }
            instruments.histogram(
                "lapwing_http_request_duration_seconds", ["handler": handler], help: "How long requests took to answer."
            ).observe(start.duration(to: .now) / .seconds(1))
            instruments.counter(
                "lapwing_http_requests_total", ["handler": handler, "code": "\(response.status.code)"],
                help: "Requests answered, by path and status."
            ).increment()
            return response
        }
    }

    private func addPages(_ router: inout HTTPRouter) {
        let (status, instruments, now, reload) = (status, instruments, now, reload)
        router.on(.get, "/-/healthy") { _ in .text("Lapwing is Healthy.\n") }
        router.on(.get, "/-/ready") { _ in .text("Lapwing is Ready.\n") }
        count(&router, "/federate", [.get]) { [federation] request in federation.page(request, now: now()) }
        router.on(.get, "/health") { _ in status.health(now: now()) }
        router.on(.get, "/metrics") { _ in
            HTTPResponse(contentType: "text/plain; version=0.0.4; charset=utf-8", body: .bytes(instruments.page()))
        }
        router.on([.post, .put], "/-/reload") { _ in
            guard let fault = reload() else { return .text("") }
            return .text("failed to reload: \(fault)\n", status: .internalServerError)
        }
        let page = PageEndpoint()
        for path in PageEndpoint.paths { router.on(.get, path, page.page) }
    }

    private static func alertmanagers(_ urls: [String]) -> HTTPResponse {
        APIAnswer.success { json in
            json.object { json in
                json.key("activeAlertmanagers")
                json.array { json in
                    for url in urls { json.object { $0.member("url", url) } }
                }
                json.key("droppedAlertmanagers")
                json.array { _ in }
            }
        }
    }
}
