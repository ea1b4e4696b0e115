import Dispatch
import Testing

@testable import LapwingHTTP

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
