import Testing

@testable import LapwingHTTP

@Suite struct HTTPServerTests {
    /// Runs `body` against a server on a free port of the loopback.
    static func withServer(
        _ configure: (inout HTTPServerConfiguration) -> Void = { _ in },
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse = { .text("\($0.method) \($0.path)\n") },
        _ body: (SocketAddress) throws -> Void
    ) throws {
        var configuration = HTTPServerConfiguration()
        configure(&configuration)
        let server = HTTPServer(configuration: configuration, handler: handler)
        let address = try server.start()
        defer { server.shutdown(grace: .seconds(2)) }
        try body(address)
    }

    @Test func `a request is answered and the connection kept`() throws {
        try Self.withServer { address in
            let client = try RawClient(address)
            for path in ["/a", "/b"] {
                try client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                let response = try #require(try client.responses(1).first)
                #expect(response.status == .ok)
                #expect(response.text == "GET \(path)\n")
                #expect(response.headers["Content-Length"] == "7")
            }
        }
    }

    @Test func `pipelined requests are answered in order`() throws {
        try Self.withServer { address in
            let client = try RawClient(address)
            let requests = (0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            try client.send(requests)
            #expect(try client.responses(100).map(\.text) == (0..<100).map { "GET /\($0)\n" })
        }
    }
}
