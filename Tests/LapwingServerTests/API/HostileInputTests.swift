import Foundation
import LapwingExposition
import LapwingSeries
import LapwingSnappy
import Testing

@testable import LapwingHTTP
@testable import LapwingServer

/// A client that sends something, and then neither sends nor reads.
private final class SilentClient {
    private let descriptor: Int32

    init(_ server: String, sending text: String) throws {
        let url = try HTTPURL(server)
        let endpoint = try #require(try Socket.resolve(url.host, port: url.effectivePort, forListening: false).first)
        descriptor = try #require(Socket.open(family: endpoint.family))
        #expect(Socket.startConnecting(descriptor, to: endpoint) == 0)
        #expect(Socket.wait(descriptor, for: .writable, until: .now + .seconds(5)))
        _ = Socket.send(descriptor, Array(text.utf8), from: 0)
    }

    func close() { Socket.close(descriptor) }
}

/// What nobody sends who means well: each class is refused with the right status, and the next good request is answered.
@Suite(.timeLimit(.minutes(5))) struct `Hostile input` {
    private static let snappy: HTTPHeaders = ["Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"]

    private func write(_ sidecar: RunningSidecar, _ body: [UInt8]) async throws -> (status: Int, text: String) {
        let response = try await sidecar.send(.post, "/api/v1/write", headers: Self.snappy, body: body)
        return (response.status.code, String(decoding: response.body, as: UTF8.self))
    }

    private func good(_ sidecar: RunningSidecar) async throws {
        var message = RemoteWriteMessage()
        message.append(Labels(metric: "good"), times: [Timestamp.now.milliseconds], values: [1])
        #expect(try await write(sidecar, SnappyBlock.compress(message.bytes)).status == 204)
        #expect(try await sidecar.get("/api/v1/query?query=good").text.contains(#""good""#))
    }

    /// The bytes of so many fields 1, each a message of `content`.
    private func fields(_ count: Int, _ content: [UInt8]) -> [UInt8] {
        let field = [0x0A, UInt8(content.count)] + content
        return Array((0..<count).map { _ in field }.joined())
    }

    @Test func `in bodies that are damaged, or larger than they look, is a bad request`() async throws {
        let sidecar = try await RunningSidecar()
        for body in [[], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0x80, 0x80, 0x80, 0x10, 0], SnappyBlock.compress([0xFF, 1, 2])] as [[UInt8]] {
            #expect(try await write(sidecar, body).status == 400)
        }
        let bomb = SnappyBlock.compress([UInt8](repeating: 0, count: WriteEndpoint.maximumBytes + 1))
        #expect(try await write(sidecar, bomb).text.hasPrefix("snappy: decoded length 33554433 exceeds"))
        let zeros = Gzip.compress([UInt8](repeating: 0x0A, count: ImportEndpoint.maximumBytes + 1), level: 9)
        for path in ["/api/v1/import/prometheus", "/api/v1/otlp/v1/metrics"] {
            let headers: HTTPHeaders = ["Content-Encoding": "gzip", "Content-Type": "application/x-protobuf"]
            let response = try await sidecar.send(.post, path, headers: headers, body: zeros)
            #expect(response.status.code == 400 && String(decoding: response.body, as: UTF8.self).contains("no gzip that can be read"))
        }
        let coded = try await sidecar.send(.post, "/api/v1/import/prometheus", headers: ["Content-Encoding": "br"], body: [1])
        #expect(coded.status.code == 415)
        try await good(sidecar)
        await sidecar.stop()
    }

    @Test func `in floods of series, samples and labels is refused before it takes memory`() async throws {
        let sidecar = try await RunningSidecar()
        let series = try await write(sidecar, SnappyBlock.compress(fields(RemoteWriteRequest.maximumSeries + 1, [])))
        #expect(series.status == 400 && series.text.contains("a request has at most 500000 series"))
        // One series of nothing but empty samples.
        let samples = Array((0...RemoteWriteRequest.maximumSamples).map { _ in [0x12, 0] as [UInt8] }.joined())
        var count = samples.count
        var length: [UInt8] = []
        while count > 127 {
            length.append(UInt8(count & 127 | 128))
            count >>= 7
        }
        let many = try await write(sidecar, SnappyBlock.compress([0x0A] + length + [UInt8(count)] + samples))
        #expect(many.status == 400 && many.text.contains("a request has at most 4000000 samples"))
        // All of them are wrong, and the first few are told.
        let wrong = try await write(sidecar, SnappyBlock.compress(fields(100_000, [])))
        #expect(wrong.status == 400 && wrong.text.hasSuffix("and 99995 more\n") && wrong.text.utf8.count < 1000)
        var labels = RemoteWriteMessage()
        labels.append(Labels((0..<1000).map { Label(name: "l\($0)", value: "v") } + [Label(name: "__name__", value: "m")]), times: [1], values: [1])
        #expect(try await write(sidecar, SnappyBlock.compress(labels.bytes)).text.hasPrefix("a series has 1001 labels"))
        labels = RemoteWriteMessage()
        labels.append(Labels(metric: "m", ["l": String(repeating: "v", count: 100_000)]), times: [1], values: [1])
        #expect(try await write(sidecar, SnappyBlock.compress(labels.bytes)).status == 400)
        try await good(sidecar)
        await sidecar.stop()
    }

    @Test func `in many samples that are all refused is answered as soon as if they were not`() async throws {
        let sidecar = try await RunningSidecar()
        var message = RemoteWriteMessage()
        let now = Timestamp.now.milliseconds
        for number in 0..<20_000 { message.append(Labels(metric: "m", ["n": "\(number)"]), times: [now, now - 1], values: [1, 2]) }
        let start = ContinuousClock.now
        let answer = try await write(sidecar, SnappyBlock.compress(message.bytes))
        #expect(answer.status == 400 && answer.text.hasSuffix("and 19995 more\n"))
        #expect(ContinuousClock.now - start < .seconds(20))
        await sidecar.stop()
    }

    @Test func `in paths, forms and queries finds nothing that it should not`() async throws {
        let sidecar = try await RunningSidecar()
        for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/api/v1/..%2f..%2fetc", "//etc/passwd", "/" + String(repeating: "a/", count: 5000)] {
            #expect(try await sidecar.get(path).status == 404)
        }
        let form: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
        let large = [UInt8](repeating: 0x61, count: RequestLanes.maximumForm + 1)
        #expect(try await sidecar.send(.post, "/api/v1/query", headers: form, body: large).status.code == 413)
        let many = Array(String(repeating: "a=1&", count: 100_001).utf8)
        #expect(try await sidecar.send(.post, "/api/v1/query", headers: form, body: many).status.code == 400)
        let nested = String(repeating: "(", count: 50_000) + "1" + String(repeating: ")", count: 50_000)
        for query in [nested, String(repeating: "-", count: 60_000) + "1", "1" + String(repeating: "+1", count: 30_000), "{__name__=~\"(a|b){1000}{1000}\"}"] {
            let answer = try await sidecar.send(.post, "/api/v1/query", headers: form, body: Array("query=\(query.replacing("+", with: "%2B"))".utf8))
            #expect(answer.status.code == 400, "\(query.prefix(20))")
        }
        try await good(sidecar)
        await sidecar.stop()
    }

    @Test func `by clients that are slow keeps neither queries nor rules waiting`() async throws {
        let sidecar = try await RunningSidecar(
            files: ["rules.yml": "groups: [{name: g, interval: 100ms, rules: [{record: r, expr: vector(1)}]}]"])
        var message = RemoteWriteMessage()
        let now = Timestamp.now.milliseconds
        for number in 0..<2000 { message.append(Labels(metric: "m", ["n": "\(number)"]), times: [now], values: [1]) }
        #expect(try await write(sidecar, SnappyBlock.compress(message.bytes)).status == 204)
        func evaluations() async throws -> Int {
            let groups = try await sidecar.data("/api/v1/rules?stats=all")["groups"] as? [[String: Any]]
            let rules = groups?.first?["rules"] as? [[String: Any]]
            return (rules?.first?["stats"] as? [String: Any])?["evaluations"] as? Int ?? 0
        }
        let before = try await evaluations()
        // Half of a head, half of a body, and an answer of megabytes that nobody reads.
        let range = "/api/v1/query_range?query=m&start=\(now / 1000)&end=\(now / 1000 + 299)&step=1"
        let starts = [
            "GET / HTTP/1.1\r\nHost: x\r\nX-", "POST /api/v1/write HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc",
            "GET \(range) HTTP/1.1\r\nHost: x\r\n\r\n",
        ]
        let clients = try (0..<60).map { try SilentClient(sidecar.url, sending: starts[$0 % 3]) }
        // Who waited for these clients would wait for ever: they are closed only when all else has been answered.
        #expect(try await sidecar.get("/api/v1/query?query=count(m)").text.contains("\"2000\""))
        while try await evaluations() < before + 3 {}
        for client in clients { client.close() }
        try await good(sidecar)
        await sidecar.stop()
    }
}
