import Dispatch
import Testing

@testable import LapwingHTTP

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
        #expect(ContinuousClock.now - begin < .seconds(5))
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
