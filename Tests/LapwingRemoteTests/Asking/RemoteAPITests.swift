import LapwingHTTP
import LapwingSeries
import Synchronization
import Testing

@testable import LapwingRemote

@Suite(.timeLimit(.minutes(1))) struct `Asking another server` {
    private let clock = SimulatedClock(Timestamp(milliseconds: 1_000_000))
    private static let empty = HTTPClientResponse.json(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#)

    private func api(_ client: ScriptedClient, _ change: (inout DatasourceSettings) -> Void = { _ in }) -> RemoteAPI {
        var settings = DatasourceSettings(url: "http://server/prefix/")
        change(&settings)
        var surroundings = RemoteAPI.Surroundings(client: client)
        surroundings.now = { [clock] in clock.now }
        surroundings.instant = { [clock] in clock.instant }
        surroundings.sleep = { [clock] in clock.sleep($0) }
        surroundings.readFile = { path throws(HTTPCredentialsError) in
            if path == "/token" { return Array("secret\n".utf8) }
            throw HTTPCredentialsError("\(path): the file is not there or cannot be read")
        }
        return RemoteAPI(settings, surroundings)
    }

    @Test func `each question goes to its endpoint with its parameters`() async throws {
        let client = ScriptedClient { _, _ throws(HTTPClientError) in Self.empty }
        let api = api(client)
        let time = Timestamp(milliseconds: 1_500)
        let range = TimeRange(start: time, end: time + .seconds(1))
        for question: RemoteQuestion in [
            .instant("up == 1", at: time), .range("up", from: time, through: range.end, step: .milliseconds(250)),
            .series(["up", "a"], over: range), .labelNames(matching: [], over: nil), .labelValues("a/b", matching: ["up"], over: nil),
        ] { _ = try await api.ask(question) }
        #expect(
            client.requests.map { "\($0.method.name) \($0.url) \($0.text)" } == [
                "POST http://server/prefix/api/v1/query query=up%20%3D%3D%201&time=1.5",
                "POST http://server/prefix/api/v1/query_range query=up&start=1.5&end=2.5&step=0.25",
                "POST http://server/prefix/api/v1/series match%5B%5D=up&match%5B%5D=a&start=1.5&end=2.5",
                "POST http://server/prefix/api/v1/labels ", "GET http://server/prefix/api/v1/label/a%2Fb/values?match%5B%5D=up ",
            ])
    }

    @Test func `a whole answer is asked for in the words of Thanos and of VictoriaMetrics`() {
        let question = RemoteQuestion.whole(.instant("up", at: Timestamp(milliseconds: 1000)))
        #expect(question.path == "query" && question.method == .post)
        #expect(question.parameters.formText == "query=up&time=1&partial_response=false&deny_partial_response=1")
    }

    @Test func `headers and credentials go with every request, also those from files`() async throws {
        let client = ScriptedClient { _, _ throws(HTTPClientError) in Self.empty }
        _ = try await api(client) {
            $0.client.credentials = .scheme("Bearer", .file("/token"))
            $0.client.headers["X-Scope-OrgID"] = "team"
        }.ask(.instant("1", at: clock.now))
        _ = try await api(client) { $0.client.credentials = .basic(user: .text("u"), password: .text("p")) }.ask(.instant("1", at: clock.now))
        #expect(client.requests.map { $0.headers["Authorization"] } == ["Bearer secret", "Basic dTpw"])
        #expect(client.requests[0].headers["X-Scope-OrgID"] == "team")
        await #expect(throws: RemoteError.unprepared("/none: the file is not there or cannot be read")) {
            try await api(client) { $0.client.credentials = .scheme("Bearer", .file("/none")) }.ask(.instant("1", at: clock.now))
        }
    }

    @Test(arguments: [("http://localhost:9090", "identity"), ("http://[::1]:9090/prometheus", "identity"), ("http://server", nil)])
    func `a server on this machine is not asked to compress`(_ url: String, _ encoding: String?) async throws {
        let client = ScriptedClient { _, _ throws(HTTPClientError) in Self.empty }
        _ = try await api(client) { $0.url = url }.ask(.instant("1", at: clock.now))
        #expect(client.requests[0].headers["Accept-Encoding"] == encoding)
    }

    @Test func `what may pass is tried again, and the answer's wait is kept`() async throws {
        let client = ScriptedClient { request, count throws(HTTPClientError) in
            switch count {
            case 0: throw HTTPClientError(.connectionFailed(address: "server", "refused"), method: request.method, url: request.url)
            case 1: return HTTPClientResponse(status: HTTPStatus(code: 503), headers: ["Retry-After": "7"])
            case 2: return .json(#"{"status":"error","errorType":"timeout","error":"slow"}"#, status: 503)
            default: return Self.empty
            }
        }
        _ = try await api(client).ask(.instant("1", at: clock.now))
        #expect(clock.pauses == [.milliseconds(100), .seconds(7), .milliseconds(1600)])
    }

    @Test func `the last error is told when tries or time are over`() async throws {
        let down = ScriptedClient { _, _ throws(HTTPClientError) in .json("", status: 500) }
        await #expect(throws: RemoteError.foreign(status: .internalServerError, beginning: "")) {
            try await api(down).ask(.instant("1", at: clock.now))
        }
        #expect(down.requests.count == DatasourceSettings.tries)
        let slow = ScriptedClient { [clock] request, _ throws(HTTPClientError) in
            clock.sleep(request.timeout)
            throw HTTPClientError(.timedOut, method: request.method, url: request.url)
        }
        await #expect(throws: RemoteError.self) { try await api(slow) { $0.timeout = .seconds(3) }.ask(.instant("1", at: clock.now)) }
        #expect(slow.requests.map(\.timeout) == [.seconds(3)])
    }

    @Test func `a clock that is set back gives no question more time`() async throws {
        let slow = ScriptedClient { [clock] request, count throws(HTTPClientError) in
            clock.sleep(.seconds(1))
            clock.setBack(by: .seconds(3600))
            throw HTTPClientError(.timedOut, method: request.method, url: request.url)
        }
        await #expect(throws: RemoteError.self) { try await api(slow) { $0.timeout = .seconds(3) }.ask(.instant("1", at: clock.now)) }
        #expect(slow.requests.map(\.timeout) == [.seconds(3), .milliseconds(1900), .milliseconds(500)])
    }

    @Test func `a wrong query is not asked twice`() async throws {
        let client = ScriptedClient { _, _ throws(HTTPClientError) in .json(#"{"status":"error","errorType":"bad_data","error":"no"}"#, status: 400) }
        await #expect(throws: RemoteError.refused(status: 400, type: "bad_data", message: "no")) {
            try await api(client).ask(.instant("1", at: clock.now))
        }
        #expect(client.requests.count == 1)
    }

    @Test func `a server that lets no POST pass is asked by GET`() async throws {
        let client = ScriptedClient { request, _ throws(HTTPClientError) in
            request.method == .post ? HTTPClientResponse(status: .methodNotAllowed) : Self.empty
        }
        _ = try await api(client).ask(.instant("a+b", at: Timestamp(milliseconds: 2000)))
        #expect(client.requests.last?.url == "http://server/prefix/api/v1/query?query=a%2Bb&time=2")
    }

    @Test func `no more requests are under way than are allowed, and all are answered`() async throws {
        let underWay = Mutex((now: 0, most: 0))
        let client = ScriptedClient { _, _ throws(HTTPClientError) in
            underWay.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
            for _ in 0..<20 { await Task.yield() }
            underWay.withLock { $0.now -= 1 }
            return Self.empty
        }
        let api = api(client) { $0.maximumConcurrent = 3 }
        try await withThrowingTaskGroup { group in
            for _ in 0..<40 { group.addTask { _ = try await api.ask(.instant("1", at: clock.now)) } }
            try await group.waitForAll()
        }
        #expect(client.requests.count == 40)
        #expect(underWay.withLock { $0.most } <= 3)
    }
}
