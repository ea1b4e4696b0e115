import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingSnappy
import LapwingStorage
import Testing

@testable import LapwingServer

@Suite struct `Remote write` {
    private let store = Store(options: StoreOptions(clock: { Timestamp(milliseconds: 100_000) }))
    private let up = Labels(metric: "up", ["job": "a"])

    private func request(_ message: RemoteWriteMessage, headers: HTTPHeaders = [:]) throws -> HTTPRequest {
        let target = try #require(HTTPTarget("/api/v1/write"))
        return HTTPRequest(head: HTTPRequestHead(method: .post, target: target, headers: headers), body: SnappyBlock.compress(message.bytes))
    }

    private func message(_ labels: Labels, _ times: [Int64], _ values: [Double]) -> RemoteWriteMessage {
        var message = RemoteWriteMessage()
        message.append(labels, times: times, values: values)
        return message
    }

    private func text(_ response: HTTPResponse) -> String {
        guard case .bytes(let bytes) = response.body else { return "a stream" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func stored(_ labels: Labels) throws -> [Double] {
        let set = try store.snapshot().select([.equal(LabelName.metric, labels.metricName)], over: .all)
        var columns = SampleColumns()
        if set.count > 0 { try set.read(0, over: .all, into: &columns) }
        return columns.values
    }

    @Test func `is stored and answered with 204`() throws {
        let endpoint = WriteEndpoint(sink: store)
        #expect(try endpoint.write(request(message(up, [1000, 2000], [1, 2]))).status == .noContent)
        // The second time the series is known by the bytes of its labels.
        #expect(try endpoint.write(request(message(up, [3000], [3]))).status == .noContent)
        #expect(try stored(up) == [1, 2, 3])
    }

    @Test func `tells what it refuses and stores the rest`() throws {
        let endpoint = WriteEndpoint(sink: store)
        _ = endpoint.write(try request(message(up, [5000], [5])))
        var mixed = message(up, [4000, 5000, 6000, 1_000_000], [4, 7, 6, 8])
        mixed.append(Labels(metric: "", ["x": "y"]), times: [1], values: [1])
        let response = endpoint.write(try request(mixed))
        #expect(response.status == .badRequest)
        #expect(
            text(response) == """
                invalid labels: the series {x="y"} has no metric name
                out of order sample: {__name__="up", job="a"} at 4000
                duplicate sample for timestamp: {__name__="up", job="a"} at 5000
                out of bounds: {__name__="up", job="a"} at 1000000

                """)
        #expect(try stored(up) == [5, 6])
    }

    @Test func `finds a series again that the store has forgotten, and tells once what else is wrong`() throws {
        let store = Store(options: StoreOptions(retention: .seconds(10)))
        let endpoint = WriteEndpoint(sink: store)
        #expect(try endpoint.write(request(message(up, [1000], [1]))).status == .noContent)
        for _ in 0..<2 { store.removeExpired(now: Timestamp(milliseconds: 50_000)) }
        #expect(try store.snapshot().select([], over: .all).labels == [])
        var mixed = message(up, [60_000], [2])
        mixed.append(Labels(metric: "", ["x": "y"]), times: [1], values: [1])
        #expect(text(endpoint.write(try request(mixed))) == "invalid labels: the series {x=\"y\"} has no metric name\n")
        #expect(try store.snapshot().select([], over: .all).labels == [up])
    }

    /// All of it was stored again, so that samples which had been stored were refused as too old.
    @Test func `stores again only what is of series that the store has forgotten`() throws {
        let store = Store(options: StoreOptions(retention: .seconds(10)))
        let endpoint = WriteEndpoint(sink: store)
        let gone = Labels(metric: "gone")
        var both = message(up, [1000], [1])
        both.append(gone, times: [1000], values: [1])
        #expect(try endpoint.write(request(both)).status == .noContent)
        #expect(try endpoint.write(request(message(up, [45_000], [2]))).status == .noContent)
        for _ in 0..<2 { store.removeExpired(now: Timestamp(milliseconds: 50_000)) }
        #expect(try store.snapshot().select([], over: .all).labels == [up])
        both = message(up, [60_000, 61_000], [3, 4])
        both.append(gone, times: [60_000, 61_000], values: [5, 6])
        #expect(try endpoint.write(request(both)).status == .noContent)
        for _ in 0..<2 { store.removeExpired(now: Timestamp(milliseconds: 150_000)) }
        both = message(up, [160_000, 150_000], [3, 4])
        both.append(gone, times: [160_000, 150_000], values: [5, 6])
        let words = ["up", "gone"].map { $0 == "up" ? "{__name__=\"up\", job=\"a\"}" : "{__name__=\"gone\"}" }
        #expect(text(endpoint.write(try request(both))) == words.map { "out of order sample: \($0) at 150000\n" }.joined())
    }

    /// Symbols "", "__name__", "up", "job", "a"; the series of `up` with 1.5 at 1000 and 7 at 900, and one of odd labels.
    private let second: [UInt8] = [
        0x22, 0, 0x22, 8, 0x5F, 0x5F, 0x6E, 0x61, 0x6D, 0x65, 0x5F, 0x5F, 0x22, 2, 0x75, 0x70, 0x22, 3, 0x6A, 0x6F, 0x62, 0x22, 1, 0x61,
        0x2A, 34, 0x0A, 4, 1, 2, 3, 4, 0x12, 12, 0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xE8, 0x07,
        0x12, 12, 0x09, 0, 0, 0, 0, 0, 0, 0x1C, 0x40, 0x10, 0x84, 0x07,
        0x2A, 3, 0x0A, 1, 1,
    ]

    @Test func `of version 2 says how much was written`() throws {
        let target = try #require(HTTPTarget("/api/v1/write"))
        let headers: HTTPHeaders = [
            "Content-Type": "application/x-protobuf; proto=io.prometheus.write.v2.Request", "Content-Encoding": "snappy",
        ]
        let head = HTTPRequestHead(method: .post, target: target, headers: headers)
        let response = WriteEndpoint(sink: store).write(HTTPRequest(head: head, body: SnappyBlock.compress(second)))
        #expect(response.status == .badRequest)
        #expect(
            text(response) == """
                parsing labels for series [1]: invalid labelRefs length 1
                out of order sample: {__name__="up", job="a"} at 900

                """)
        #expect(response.headers["X-Prometheus-Remote-Write-Samples-Written"] == "1")
        #expect(response.headers["X-Prometheus-Remote-Write-Histograms-Written"] == "0")
        #expect(response.headers["X-Prometheus-Remote-Write-Exemplars-Written"] == "0")
        #expect(try stored(up) == [1.5])
    }

    /// The series `up` of version 2 with one sample, and exemplars of these values at these times, in milliseconds.
    private func exemplified(_ exemplars: [(value: UInt8, time: UInt8)]) -> [UInt8] {
        var series: [UInt8] = [0x0A, 4, 1, 2, 3, 4, 0x12, 12, 0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xE8, 0x07]
        for (value, time) in exemplars { series += [0x22, 15, 0x0A, 2, 3, 4, 0x11, 0, 0, 0, 0, 0, 0, value, 0x40, 0x18, time] }
        return Array(second[..<46]).prefix(24) + [0x2A, UInt8(series.count)] + series
    }

    @Test func `keeps exemplars and counts them, and a late one is a bad request of version 2 only`() throws {
        let exemplars = ExemplarStore()
        let endpoint = WriteEndpoint(sink: store, exemplars: exemplars)
        let target = try #require(HTTPTarget("/api/v1/write"))
        let head = HTTPRequestHead(
            method: .post, target: target, headers: ["Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request"])
        func send(_ bytes: [UInt8]) -> HTTPResponse { endpoint.write(HTTPRequest(head: head, body: SnappyBlock.compress(bytes))) }
        let first = send(exemplified([(0, 9), (8, 10)]))
        #expect(first.status == .noContent && first.headers["X-Prometheus-Remote-Write-Exemplars-Written"] == "2")
        let late = send(exemplified([(8, 10), (0, 8)]))
        #expect(late.status == .badRequest && late.headers["X-Prometheus-Remote-Write-Exemplars-Written"] == "1")
        #expect(text(late) == "out of order exemplar for series {__name__=\"up\", job=\"a\"}\n")
        #expect(exemplars.select([[.equal("job", "a")]], over: .all).first?.exemplars.map(\.time) == [9, 10])
    }

    @Test(arguments: [
        (["Content-Type": "text/plain"], "the content type text/plain is not remote write's"),
        (
            ["Content-Type": "application/x-protobuf;proto=io.prometheus.write.v3.Request"],
            "remote write's messages are prometheus.WriteRequest and io.prometheus.write.v2.Request, and not io.prometheus.write.v3.Request"
        ),
        (["Content-Type": "application/x-protobuf;v2"], "the content type application/x-protobuf;v2 has \"v2\" where"),
        (["Content-Encoding": "zstd"], "the encoding zstd is not remote write's"),
        (["Content-Encoding": "gzip"], "the encoding gzip is not remote write's"),
    ] as [(HTTPHeaders, String)])
    func `of another kind is answered with 415`(headers: HTTPHeaders, message expected: String) throws {
        let response = WriteEndpoint(sink: store).write(try request(message(up, [1], [1]), headers: headers))
        #expect(response.status == .unsupportedMediaType)
        #expect(text(response).hasPrefix(expected))
    }

    @Test func `that announces too much, or is damaged, is refused`() throws {
        let endpoint = WriteEndpoint(sink: store)
        var large = try request(message(up, [1], [1]))
        large.body = [0xFF, 0xFF, 0xFF, 0x7F, 0]
        #expect(endpoint.write(large).status == .badRequest)
        #expect(text(endpoint.write(large)) == "snappy: decoded length 268435455 exceeds limit 33554432\n")
        var damaged = large
        damaged.body = SnappyBlock.compress([0x0A, 0x05, 1])
        #expect(text(endpoint.write(damaged)) == "the message is damaged at byte 2: a field of 5 bytes reaches beyond the end\n")
    }
}
