import Dispatch
import Synchronization
import Testing

@testable import LapwingHTTP

/// Runs `body` against a server on a free port of the loopback.
func withServer(
    _ configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse = { .text("\($0.method) \($0.path)\n") },
    _ body: (SocketAddress, HTTPServer) throws -> Void
) throws {
    var configuration = HTTPServerConfiguration()
    configure(&configuration)
    let server = HTTPServer(configuration: configuration, handler: handler)
    let address = try server.start()
    defer { server.shutdown(grace: .seconds(2)) }
    try body(address, server)
}

private let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

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
            let deadline = ContinuousClock.now + .seconds(10)
            while sweepTime != nil, ContinuousClock.now < deadline {}
            #expect(sweepTime == nil)
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

@Suite struct HTTPServerWaitingTests {
    @Test func `handlers that wait keep nobody else from being answered, nor clients from being missed`() throws {
        let started = DispatchSemaphore(value: 0)
        let cancelled = DispatchSemaphore(value: 0)
        try withServer {
            $0.maxHandlerThreads = 9
        } handler: { request in
            guard request.path == "/wait" else { return .text("quick") }
            started.signal()
            while !request.isCancelled { WorkerPause.briefly() }
            cancelled.signal()
            return .text("late")
        } _: { address, _ in
            var waiting: [RawClient] = try (0..<10).map { _ in try RawClient(address) }
            for client in waiting { try client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n") }
            for _ in waiting { try #require(started.wait(timeout: .now() + 5) == .success) }
            let quick = try RawClient(address)
            for _ in 0..<20 {
                try quick.send(get)
                #expect(try quick.responses(1).first?.text == "quick")
            }
            let count = waiting.count
            waiting = []
            for _ in 0..<count { #expect(cancelled.wait(timeout: .now() + 5) == .success) }
        }
    }

    @Test func `a client that pipelines without end leaves others their turn`() throws {
        try withServer {
            $0.maxHandlerThreads = 1
        } _: { address, _ in
            let greedy = try RawClient(address)
            try greedy.send(String(repeating: get, count: 2000))
            let other = try RawClient(address)
            try other.send(get)
            #expect(try other.responses(1).count == 1)
            #expect(try greedy.responses(2000).count == 2000)
        }
    }
}

@Suite struct HTTPServerStreamingTests {
    @Test func `a stream waits for a slow reader instead of gathering memory`() throws {
        let block = [UInt8](repeating: 65, count: 100_000)
        let total = 200 * block.count
        let counter = Counter()
        try withServer(handler: { _ in
            HTTPResponse(
                body: .stream { writer in
                    for _ in 0..<200 {
                        try writer.write(block)
                        counter.add(block.count)
                    }
                })
        }) { address, _ in
            let client = try RawClient(address)
            try client.send(get)
            // Nothing is read until the writer has come to rest: what it wrote then is what the sockets hold.
            #expect(client.read() != .end)
            var last = -1
            while counter.value != last {
                last = counter.value
                _ = Socket.wait(-1, for: .readable, until: .now + .milliseconds(50))
            }
            #expect(last < total, "all \(total) bytes were written though nobody read")
            var count = 0
            while counter.value < total, case .bytes(let bytes) = client.read() { count += bytes.count }
            #expect(counter.value == total)
        }
    }

    @Test func `a stream that fails amid its body is seen to be cut`() throws {
        try withServer(handler: { _ in
            HTTPResponse(
                body: .stream { writer in
                    try writer.write("some")
                    try writer.flush()
                    throw HTTPFault(.internalServerError, "broken")
                })
        }) { address, _ in
            let client = try RawClient(address)
            try client.send(get)
            let text = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.contains("\r\n\r\n4\r\nsome\r\n"))
            #expect(!text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func `a stream that fails before it began is a 500`() throws {
        try withServer(handler: { _ in HTTPResponse(body: .stream { _ in throw HTTPFault(.ok, "broken") }) }) {
            address, _ in
            let client = try RawClient(address)
            try client.send(get)
            let text = client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
            #expect(text.hasSuffix("broken\n"))
        }
    }

    @Test func `HTTP 1.0 gets a stream up to the connection's end`() throws {
        let block = [UInt8](repeating: 66, count: 100_000)
        try withServer(handler: { _ in
            HTTPResponse(
                body: .stream { writer in
                    try writer.write(block)
                    try writer.write("end")
                })
        }) { address, _ in
            let client = try RawClient(address)
            try client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let text = client.readToEnd()
            #expect(text.contains("Connection: close\r\n"))
            #expect(!text.contains("Transfer-Encoding"))
            #expect(text.hasSuffix("BBBend"))
        }
    }

    @Test func `a client that reads nothing is cut off`() throws {
        let ended = DispatchSemaphore(value: 0)
        try withServer {
            $0.writeTimeout = .milliseconds(100)
        } handler: { request in
            if request.path == "/whole" { return HTTPResponse(body: .bytes([UInt8](repeating: 65, count: 30 << 20))) }
            return HTTPResponse(
                body: .stream { writer in
                    defer { ended.signal() }
                    while true { try writer.write([UInt8](repeating: 65, count: 65_536)) }
                })
        } _: { address, _ in
            let client = try RawClient(address)
            try client.send(get)
            #expect(ended.wait(timeout: .now() + 5) == .success)
            let other = try RawClient(address)
            try other.send("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = Socket.wait(-1, for: .readable, until: .now + .milliseconds(400))
            var count = 0
            while case .bytes(let bytes) = other.read(within: .seconds(2)) { count += bytes.count }
            #expect(count < 30 << 20)
        }
    }

    @Test func `a large answer given whole arrives whole`() throws {
        let bytes = [UInt8](repeating: 1, count: 3 << 20) + [2] + [UInt8](repeating: 3, count: 3 << 20)
        try withServer(handler: { _ in HTTPResponse(body: .bytes(bytes)) }) { address, _ in
            let client = try RawClient(address)
            try client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            var received: [UInt8] = []
            while case .bytes(let more) = client.read() { received += more }
            #expect(Array(received.suffix(bytes.count)) == bytes)
        }
    }
}

@Suite struct HTTPServerEndingTests {
    @Test func `a handler sees that its client has gone`() throws {
        let started = DispatchSemaphore(value: 0)
        let noticed = DispatchSemaphore(value: 0)
        try withServer(handler: { request in
            started.signal()
            let deadline = ContinuousClock.now + .seconds(5)
            while !request.isCancelled, ContinuousClock.now < deadline { WorkerPause.briefly() }
            if request.isCancelled { noticed.signal() }
            return .text("late")
        }) { address, _ in
            var client: RawClient? = try RawClient(address)
            try client?.send(get)
            #expect(started.wait(timeout: .now() + 5) == .success)
            client = nil
            #expect(noticed.wait(timeout: .now() + 5) == .success)
        }
    }

    @Test func `a shutdown lets a request under way finish, and refuses new connections`() throws {
        let started = DispatchSemaphore(value: 0)
        let go = DispatchSemaphore(value: 0)
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in
            started.signal()
            go.wait()
            return .text("done")
        }
        let address = try server.start()
        let idle = try RawClient(address)
        let client = try RawClient(address)
        try client.send(get)
        #expect(started.wait(timeout: .now() + 5) == .success)
        let stopped = DispatchSemaphore(value: 0)
        WorkerThread.start {
            server.shutdown(grace: .seconds(5))
            stopped.signal()
        }
        #expect(idle.read() == .end)
        #expect(stopped.wait(timeout: .now() + .milliseconds(20)) == .timedOut)
        go.signal()
        let response = try #require(try client.responses(1).first)
        #expect(response.text == "done")
        #expect(response.headers["Connection"] == "close")
        #expect(client.read() == .end)
        Socket.finishSending(client.descriptor)
        #expect(stopped.wait(timeout: .now() + 5) == .success)
        let late = try RawClient(address)
        #expect(late.readToEnd() == "")
    }

    @Test func `what is not done within the grace is cancelled and cut off`() throws {
        let started = DispatchSemaphore(value: 0)
        let cancelled = DispatchSemaphore(value: 0)
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { request in
            started.signal()
            while !request.isCancelled { WorkerPause.briefly() }
            cancelled.signal()
            return .text("late")
        }
        let client = try RawClient(try server.start())
        try client.send(get)
        #expect(started.wait(timeout: .now() + 5) == .success)
        let begin = ContinuousClock.now
        server.shutdown(grace: .milliseconds(50))
        #expect(ContinuousClock.now - begin < .seconds(1))
        #expect(cancelled.wait(timeout: .now() + 5) == .success)
        #expect(client.readToEnd() == "")
    }

    @Test func `a shutdown amid many busy clients leaves none half answered`() throws {
        let server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in .text("whole") }
        let address = try server.start()
        let clients = try (0..<50).map { _ in try RawClient(address) }
        for client in clients { try client.send(get) }
        server.shutdown(grace: .seconds(3))
        for client in clients {
            let text = client.readToEnd()
            #expect(text.isEmpty || text.hasSuffix("whole"))
        }
    }
}

/// Bytes counted by one thread and looked at by another.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add(_ more: Int) { count.withLock { $0 += more } }
}

/// A handler of the tests polls its cancellation as a query would between its steps.
enum WorkerPause {
    static func briefly() { _ = Socket.wait(-1, for: .readable, until: .now + .milliseconds(1)) }
}
