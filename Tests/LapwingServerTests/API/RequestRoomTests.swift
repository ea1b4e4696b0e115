import LapwingPromQL
import LapwingSeries
import LapwingStorage
import Synchronization
import Testing

@testable import LapwingHTTP
@testable import LapwingServer

/// A source whose reader's client goes as soon as series are looked for.
private struct SourceOfLeavingClient: SeriesSource, SeriesSnapshot {
    let store: Store
    let cancellation: HTTPCancellation
    let onRead: @Sendable () -> Void

    func snapshot() -> any SeriesSnapshot { self }

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        cancellation.cancel()
        onRead()
        return try store.snapshot().select(matchers, over: range)
    }

    func labels(of matchers: [Matcher], over range: TimeRange) throws(ReadError) -> [Labels] {
        cancellation.cancel()
        onRead()
        return try store.snapshot().labels(of: matchers, over: range)
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        try store.snapshot().labelNames(matching: groups, over: range)
    }

    func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        try store.snapshot().labelValues(of: name, matching: groups, over: range)
    }
}

@Suite struct `What a request may hold, and for how long` {
    private let now = Timestamp(milliseconds: 1_000_000)

    private func store(_ count: Int, valueBytes: Int = 1) throws -> Store {
        let store = Store(options: StoreOptions(clock: { Timestamp(milliseconds: 1_000_000) }))
        let padding = String(repeating: "v", count: valueBytes)
        let references = try store.references(for: (0..<count).map { Labels(metric: "m", ["n": "\($0)\(padding)"]) })
        var batch = SampleBatch()
        for reference in references { batch.append(reference, time: now.milliseconds, value: 1) }
        try store.append(batch)
        return store
    }

    private func request(_ target: String, _ cancellation: HTTPCancellation = HTTPCancellation()) throws -> HTTPRequest {
        HTTPRequest(head: HTTPRequestHead(method: .get, target: try #require(HTTPTarget(target))), cancellation: cancellation)
    }

    @Test func `a query ends with its client, whatever is still to be read`() throws {
        let cancellation = HTTPCancellation()
        let source = SourceOfLeavingClient(store: try store(10), cancellation: cancellation) {}
        let queries = QueryEndpoints(engine: QueryEngine(), source: source, timeout: .seconds(60))
        let request = try request("/api/v1/query?query=sum(max_over_time(m%5B1h%3A10ms%5D))", cancellation)
        do throws(APIError) {
            _ = try queries.instant(request, now: now)
            Issue.record("it was answered")
        } catch {
            #expect(error.kind == .canceled && error.response.status.code == 499)
        }
    }

    @Test func `of several selectors none is read after the client has gone`() throws {
        let cancellation = HTTPCancellation()
        let reads = Mutex(0)
        let source = SourceOfLeavingClient(store: try store(10), cancellation: cancellation) { reads.withLock { $0 += 1 } }
        let request = try request("/api/v1/series?match[]=m&match[]=n&match[]=o", cancellation)
        #expect(throws: APIError.self) { try SeriesEndpoints(source: source).series(request, now: now) }
        #expect(reads.withLock { $0 } == 1)
    }

    @Test func `who has gone while it waited is not answered at all`() async throws {
        var configuration = SidecarConfiguration()
        configuration.port = 0
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in })
        let gone = HTTPCancellation()
        gone.cancel()
        let response = sidecar.routes().router().respond(to: try request("/api/v1/query?query=1", gone))
        #expect(response.status.code == 499)
        await sidecar.stop()
    }

    @Test(arguments: ["/api/v1/label/n/values", "/api/v1/series?match[]=m", "/api/v1/query?query=m"])
    func `what an answer holds is weighed`(target: String) throws {
        func response(_ store: Store, _ request: HTTPRequest) throws -> HTTPResponse {
            let series = SeriesEndpoints(source: store)
            if target.contains("query") {
                return try QueryEndpoints(engine: QueryEngine(), source: store, timeout: .seconds(60)).instant(request, now: now)
            }
            var request = request
            request.pathParameters["name"] = "n"
            return try target.contains("series") ? series.series(request, now: now) : series.values(request, now: now)
        }
        #expect(try response(store(2000, valueBytes: 100), request(target)).heldBytes >= 2000 * MemoryLayout<Labels>.stride)
    }

    @Test func `values of a label are begun anew with more room, where they hold much`() throws {
        // 9 MB.
        let series = SeriesEndpoints(source: try store(900, valueBytes: 10_000))
        var request = try request("/api/v1/label/n/values")
        request.pathParameters["name"] = "n"
        request.cancellation.begin(.trial, nil)
        #expect(throws: APIError.self) { try series.values(request, now: now) }
        #expect(request.cancellation.neededRoom == .place)
        request.cancellation.begin(.place, nil)
        #expect(try series.values(request, now: now).status == .ok)
    }
}
