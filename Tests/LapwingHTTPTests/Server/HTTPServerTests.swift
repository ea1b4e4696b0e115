import Synchronization
import Testing

@testable import LapwingHTTP

@Suite struct HTTPServerTests {
    @Test func `a request is answered and the connection kept`() throws {
        try withServer { address, _ in
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
        try withServer { address, _ in
            let client = try RawClient(address)
            let requests = (0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            try client.send(requests)
            #expect(try client.responses(100).map(\.text) == (0..<100).map { "GET /\($0)\n" })
        }
    }

    @Test func `a request that comes byte by byte is read`() throws {
        try withServer { address, _ in
            let client = try RawClient(address)
            for byte in get.utf8 { try client.send([byte]) }
            #expect(try client.responses(1).first?.status == .ok)
        }
    }

    @Test func `bodies with length and in chunks reach the handler`() throws {
        try withServer(handler: { HTTPResponse(body: .bytes($0.body)) }) { address, _ in
            let client = try RawClient(address)
            let large = String(repeating: "0123456789", count: 10_000)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(large.utf8.count)\r\n\r\n" + large)
            #expect(try client.responses(1).first?.text == large)
            try client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")
            #expect(try client.responses(1).first?.text == "abcd")
        }
    }

    @Test func `HEAD has the length but no body`() throws {
        try withServer { address, _ in
            let client = try RawClient(address)
            try client.send("HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n" + get)
            let response = try #require(try client.responses(1, to: .head).first)
            #expect(response.headers["Content-Length"] == "10")
            #expect(try client.responses(1).first?.text == "GET /\n")
        }
    }

    @Test func `a client that expects leave to send is told to go on`() throws {
        try withServer(handler: { HTTPResponse(body: .bytes($0.body)) }) { address, _ in
            let client = try RawClient(address)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(client.read() == .bytes(MessageEncoder.continueHead))
            try client.send("ok")
            #expect(try client.responses(1).first?.text == "ok")
        }
    }

    @Test func `answers are compressed for those who ask`() throws {
        let text = String(repeating: "metric{label=\"value\"} 1\n", count: 200)
        try withServer(handler: { _ in .text(text) }) { address, _ in
            let client = try RawClient(address)
            try client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n" + get)
            let both = try client.responses(2)
            #expect(both.map { $0.headers["Content-Encoding"] } == ["gzip", nil])
            #expect(try Gzip.decompress(both[0].body, limit: 1 << 20) == Array(text.utf8))
            #expect(both[1].text == text)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/3.0\r\n\r\n", 505),
        ("GET /\(String(repeating: "a", count: 70_000)) HTTP/1.1\r\n\r\n", 414),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: deflate\r\n\r\n", 501),
    ])
    func `a fault is answered and ends the connection`(request: String, status: Int) throws {
        try withServer { address, _ in
            let client = try RawClient(address)
            try client.send(request)
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("Connection: close\r\n"))
        }
    }

    @Test func `a client amid a refused upload still reads why`() throws {
        try withServer {
            $0.limits.maxBodyBytes = 1000
        } _: { address, _ in
            let client = try RawClient(address)
            let size = 4 << 20
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
            try client.send([UInt8](repeating: 65, count: size))
            #expect(client.readToEnd().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a slow header is cut off with 408, and silence without a word`() throws {
        try withServer {
            $0.headerTimeout = .milliseconds(60)
        } _: { address, _ in
            let slow = try RawClient(address)
            let silent = try RawClient(address)
            try slow.send("GET / HTTP/1.1\r\nHo")
            #expect(slow.readToEnd().hasPrefix("HTTP/1.1 408 "))
            #expect(silent.readToEnd() == "")
        }
    }

    @Test func `a slow body is cut off with 408, an idle connection closed`() throws {
        try withServer {
            $0.bodyTimeout = .milliseconds(60)
            $0.idleTimeout = .milliseconds(60)
        } _: { address, _ in
            let slow = try RawClient(address)
            try slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            #expect(slow.readToEnd().hasPrefix("HTTP/1.1 408 "))
            let idle = try RawClient(address)
            try idle.send(get)
            #expect(try idle.responses(1).count == 1)
            #expect(idle.read(within: .seconds(2)) == .end)
        }
    }

    @Test func `nothing wakes while there is no connection`() throws {
        try withServer {
            $0.lingerTimeout = .milliseconds(20)
        } _: { address, server in
            guard case .running(let loop, _) = server.phase.withLock({ $0 }) else { throw SocketError(operation: "start", code: 0, reason: "") }
            var sweepTime: ContinuousClock.Instant? { loop.shared.withLock(\.sweepTime) }
            #expect(sweepTime == nil)
            do {
                let client = try RawClient(address)
                try client.send(get)
                #expect(try client.responses(1).count == 1)
                #expect(sweepTime != nil)
            }
            try until { sweepTime == nil }
        }
    }

    @Test func `a connection over the limit is turned away`() throws {
        try withServer {
            $0.maxConnections = 1
        } _: { address, _ in
            let first = try RawClient(address)
            try first.send(get)
            #expect(try first.responses(1).count == 1)
            #expect(try RawClient(address).readToEnd().hasPrefix("HTTP/1.1 503 "))
            try first.send(get)
            #expect(try first.responses(1).count == 1)
        }
    }

    @Test(arguments: ["localhost", "127.0.0.1", ""])
    func `it listens where it is told`(host: String) throws {
        try withServer {
            $0.host = host
        } _: { address, server in
            #expect(address.port > 0)
            #expect(server.address == address)
            let client = try RawClient(SocketAddress(host: "127.0.0.1", port: address.port))
            try client.send(get)
            #expect(try client.responses(1).count == 1)
        }
    }

    @Test func `an address that is taken is refused with its name`() throws {
        try withServer { address, _ in
            var configuration = HTTPServerConfiguration()
            configuration.port = address.port
            let second = HTTPServer(configuration: configuration) { _ in .text("") }
            let error = #expect(throws: SocketError.self) { try second.start() }
            #expect(error?.description == "listen tcp 127.0.0.1:\(address.port): address already in use")
        }
    }

    @Test func `many clients at once are all answered`() throws {
        try withServer {
            $0.maxHandlerThreads = 4
        } _: { address, _ in
            let clients = try (0..<100).map { _ in try RawClient(address) }
            for round in 0..<3 {
                for (index, client) in clients.enumerated() {
                    try client.send("GET /\(round)/\(index) HTTP/1.1\r\nHost: x\r\n\r\n")
                }
                for (index, client) in clients.enumerated() {
                    #expect(try client.responses(1).first?.text == "GET /\(round)/\(index)\n")
                }
            }
        }
    }
}
