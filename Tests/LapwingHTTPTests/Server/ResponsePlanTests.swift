import Testing

@testable import LapwingHTTP

@Suite struct ResponsePlanTests {
    private func head(_ method: HTTPMethod = .get, _ headers: HTTPHeaders = [:], minor: Int = 1) throws
        -> HTTPRequestHead
    {
        HTTPRequestHead(
            method: method, target: try #require(HTTPTarget("/")), headers: headers, minorVersion: minor)
    }

    private var configuration: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.wallClock = { 784_111_777 }
        return configuration
    }

    private let long = HTTPBody.bytes([UInt8](repeating: 32, count: 2000))

    @Test func `a small answer is exactly this`() throws {
        let plan = ResponsePlan(.text("hi"), to: try head(), endsConnection: false, configuration)
        let text = String(decoding: plan.head(length: 2), as: UTF8.self)
        #expect(
            text == "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n")
    }

    @Test func `an answer is compressed when it is asked for and worth it`() throws {
        let asks: HTTPHeaders = ["Accept-Encoding": "gzip"]
        func compresses(_ response: HTTPResponse, _ headers: HTTPHeaders) throws -> Bool {
            ResponsePlan(response, to: try head(.get, headers), endsConnection: false, configuration).compressesBody
        }
        #expect(try compresses(HTTPResponse(contentType: "application/json", body: long), asks))
        #expect(try !compresses(HTTPResponse(contentType: "application/json", body: long), [:]))
        #expect(try !compresses(.json([UInt8](repeating: 32, count: 1000)), asks))
        #expect(try !compresses(HTTPResponse(contentType: "image/png", body: long), asks))
        #expect(try !compresses(HTTPResponse(body: long), asks))
        #expect(try compresses(HTTPResponse(contentType: "text/html", body: .stream { _ in }), asks))
        var encoded = HTTPResponse(contentType: "text/html", body: long)
        encoded.headers["Content-Encoding"] = "br"
        #expect(try !compresses(encoded, asks))
    }

    @Test func `caches are told that the coding was negotiated, whichever way it went`() throws {
        let plan = ResponsePlan(
            HTTPResponse(contentType: "text/html", body: long), to: try head(), endsConnection: false, configuration)
        #expect(plan.headers["Vary"] == "Accept-Encoding")
    }

    @Test func `a stream to a client without chunks ends with the connection`() throws {
        let response = HTTPResponse(body: .stream { _ in })
        let old = ResponsePlan(
            response, to: try head(.get, ["Connection": "keep-alive"], minor: 0), endsConnection: false, configuration)
        #expect(!old.keepsAlive)
        let text = String(decoding: old.head(length: nil), as: UTF8.self)
        #expect(text.contains("Connection: close\r\n"))
        #expect(!text.contains("Transfer-Encoding"))
    }
}

@Suite struct StreamedBodyTests {
    private func sent(_ pieces: [[UInt8]], _ headers: HTTPHeaders = [:], flushing: Bool = false) throws -> (
        head: HTTPHeaders, body: [UInt8], raw: [UInt8]
    ) {
        let response = HTTPResponse(contentType: "text/plain", body: .stream { _ in })
        let head = HTTPRequestHead(method: .get, target: try #require(HTTPTarget("/")), headers: headers)
        let plan = ResponsePlan(response, to: head, endsConnection: false, HTTPServerConfiguration())
        var body = StreamedBody(plan, compressionLevel: 1)
        var bytes: [UInt8] = []
        for piece in pieces {
            if let output = body.append(piece) { bytes += output }
            if flushing { bytes += body.flush() }
        }
        bytes += body.finish()
        var decoder = ResponseDecoder(to: .get, limits: HTTPLimits())
        decoder.append(bytes[...])
        guard case .head(_, let found) = try decoder.next(), case .body(let content) = try decoder.next() else {
            Issue.record("the answer is not whole")
            return ([:], [], bytes)
        }
        #expect(decoder.allowsReuse)
        return (found, content, bytes)
    }

    @Test func `a body of one block is sent with its length`() throws {
        let (head, body, _) = try sent([Array("ab".utf8), [], Array("c".utf8)])
        #expect(head["Content-Length"] == "3")
        #expect(!head.contains("Transfer-Encoding"))
        #expect(body == Array("abc".utf8))
        #expect(try sent([]).head["Content-Length"] == "0")
    }

    @Test func `a longer body is sent in chunks`() throws {
        let pieces = (0..<50).map { [UInt8](repeating: UInt8($0), count: 3000) }
        let (head, body, _) = try sent(pieces)
        #expect(head["Transfer-Encoding"] == "chunked")
        #expect(body == pieces.flatMap { $0 })
    }

    @Test func `flushed pieces leave at once, and an empty one does not end the body`() throws {
        let (head, body, _) = try sent([Array("a".utf8), [], Array("b".utf8)], flushing: true)
        #expect(head["Transfer-Encoding"] == "chunked")
        #expect(body == Array("ab".utf8))
    }

    @Test(arguments: [false, true])
    func `a compressed stream decompresses to what was written`(flushing: Bool) throws {
        let pieces = (0..<50).map { [UInt8](repeating: UInt8($0), count: 3000) }
        let (head, body, raw) = try sent(pieces, ["Accept-Encoding": "gzip"], flushing: flushing)
        #expect(head["Content-Encoding"] == "gzip")
        #expect(raw.count < 10_000)
        #expect(try Gzip.decompress(body, limit: 1 << 20) == pieces.flatMap { $0 })
    }
}
