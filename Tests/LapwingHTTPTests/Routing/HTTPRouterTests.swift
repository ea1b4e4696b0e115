import Testing

@testable import LapwingHTTP

@Suite struct HTTPRouterTests {
    private var router: HTTPRouter {
        var router = HTTPRouter()
        router.on(.get, "/") { _ in .text("root") }
        router.on([.get, .post], "/api/v1/query") { _ in .text("query") }
        router.on(.get, "/api/v1/label/:name/values") { .text("values of \($0.pathParameters["name"] ?? "")") }
        router.on(.get, "/api/v1/label/special/values") { _ in .text("special") }
        router.on(.put, "/-/quit") { _ in .text("quit") }
        router.on(.get, "/static/*file") { .text("file \($0.pathParameters["file"] ?? "")") }
        return router
    }

    private func answer(_ method: HTTPMethod, _ target: String, _ router: HTTPRouter? = nil) throws -> HTTPResponse {
        (router ?? self.router).respond(to: try #require(HTTPRequest(method, target)))
    }

    private func text(_ response: HTTPResponse) -> String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("/", "root"), ("/api/v1/query?query=up", "query"), ("/api/v1/label/job/values", "values of job"),
        ("/api/v1/label/a%2Fb/values", "values of a/b"), ("/api/v1/label/special/values", "special"),
        ("/static/a/b%20c", "file a/b c"), ("/static/", "file "), ("/%61pi/v1/query", "query"),
    ])
    func `a path finds its route`(target: String, expected: String) throws {
        #expect(text(try answer(.get, target)) == expected)
    }

    @Test(arguments: [
        "/api", "/api/v1/query/", "/api/v1/label//values", "/api/v1/label/a/b/values", "//", "/API/v1/query", "/static",
        "/" + String(repeating: "a/", count: 70),
    ])
    func `a path without a route is not found`(target: String) throws {
        #expect(try answer(.get, target).status == .notFound)
    }

    @Test func `another method is refused with those that are allowed`() throws {
        let response = try answer(.delete, "/api/v1/query")
        #expect(response.status == .methodNotAllowed)
        #expect(response.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        #expect(try answer(.get, "/-/quit").headers["Allow"] == "OPTIONS, PUT")
    }

    @Test func `HEAD is answered by GET's handler`() throws {
        #expect(text(try answer(.head, "/api/v1/query")) == "query")
        #expect(try answer(.head, "/-/quit").status == .methodNotAllowed)
    }

    @Test func `OPTIONS goes to its hook, or is told what the path allows`() throws {
        let allowed = try answer(.options, "/api/v1/query")
        #expect(allowed.status == .ok && allowed.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        #expect(try answer(.options, "/nowhere").status == .notFound)
        var router = router
        router.options = { $0.path == "/-/quit" ? nil : HTTPResponse(status: .noContent, headers: ["Access-Control-Allow-Origin": "*"]) }
        #expect(try answer(.options, "/api/v1/query", router).status == .noContent)
        #expect(try answer(.options, "/nowhere", router).status == .noContent)
        #expect(try answer(.options, "/-/quit", router).status == .ok)
    }
}
