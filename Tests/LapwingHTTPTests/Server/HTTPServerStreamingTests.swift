import Dispatch
import Testing

@testable import LapwingHTTP

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
