import Dispatch
import Synchronization
import Testing

@testable import LapwingHTTP

@Suite struct `A lane of requests` {
    /// Requests that are in their handler, and those that were, in the order in which they came in.
    private final class Watch: Sendable {
        private let state = Mutex((now: 0, most: 0, order: [String]()))
        let gate = DispatchSemaphore(value: 0)

        func pass(_ path: String) {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
                state.order.append(path)
            }
            gate.wait()
            state.withLock { $0.now -= 1 }
        }

        var most: Int { state.withLock { $0.most } }
        var order: [String] { state.withLock { $0.order } }
    }

    private func request(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    @Test func `handles so many at once, the fewest bytes next and then the oldest, and keeps no others waiting`() throws {
        let watch = Watch()
        let lane = HTTPLane("slow", places: 1)
        try withServer({ $0.lane = { $0.target.path.hasPrefix("/slow") ? lane : nil } }) { request in
            if request.path.hasPrefix("/slow") { watch.pass(request.path) }
            return .text(request.path)
        } _: { address, _ in
            let clients = try (0..<4).map { _ in try RawClient(address) }
            try clients[0].send(request("/slow/0"))
            try until { watch.order.count == 1 }
            for number in 1..<4 {
                let body = String(repeating: "b", count: number == 1 ? 100 : 10)
                try clients[number].send("POST /slow/\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n\(body)")
                // The server has read it when it answers what was sent behind it.
                let other = try RawClient(address)
                try other.send(request("/other"))
                #expect(try other.responses(1).first?.text == "/other")
            }
            for _ in 0..<4 { watch.gate.signal() }
            for number in 0..<4 { #expect(try clients[number].responses(1).first?.text == "/slow/\(number)") }
            #expect(watch.most == 1)
            #expect(watch.order == ["/slow/0", "/slow/2", "/slow/3", "/slow/1"])
        }
    }

    @Test func `tries three times what finds no place, and begins it anew when that was too short`() throws {
        let watch = Watch()
        let lane = HTTPLane("slow", places: 1, trial: .init(places: 1, time: .milliseconds(20)))
        let calls = Mutex(0)
        try withServer({ $0.lane = { _ in lane } }) { request in
            switch request.path {
            case "/first": watch.pass(request.path)
            case "/long":
                let isTrial = calls.withLock { calls in
                    calls += 1
                    return calls <= 3
                }
                while isTrial, !request.isCancelled {}
                return .text(isTrial ? "stopped" : "done")
            default: break
            }
            return .text(request.path)
        } _: { address, _ in
            let first = try RawClient(address)
            try first.send(request("/first"))
            try until { watch.order.count == 1 }
            let long = try RawClient(address)
            try long.send(request("/long"))
            for _ in 0..<3 {
                let short = try RawClient(address)
                try short.send(request("/short"))
                #expect(try short.responses(1).first?.text == "/short")
            }
            try until { calls.withLock { $0 } == 3 }
            watch.gate.signal()
            #expect(try first.responses(1).first?.text == "/first")
            #expect(try long.responses(1).first?.text == "done")
            #expect(calls.withLock { $0 } == 4)
        }
    }

    @Test func `tries what it has not tried yet beside what it tries again`() throws {
        let watch = Watch()
        let lane = HTTPLane("slow", places: 1, trial: .init(places: 1, time: .milliseconds(80)))
        let state = Mutex((isOver: false, tries: [String: Int]()))
        try withServer({ $0.lane = { _ in lane } }) { request in
            if request.path == "/first" { watch.pass(request.path) }
            guard request.path.hasPrefix("/long") else { return .text(request.path) }
            let tries = state.withLock { state in
                state.tries[request.path, default: 0] += 1
                return state.tries[request.path, default: 0]
            }
            // The second time it does not look at its cancellation, and keeps its place.
            while tries > 1 || !request.isCancelled, !state.withLock({ $0.isOver }) {}
            return .text(request.path)
        } _: { address, _ in
            let first = try RawClient(address)
            try first.send(request("/first"))
            try until { watch.order.count == 1 }
            let paths = (0..<9).map { "/long/\($0)" } + ["/short"]
            let clients = try paths.map { path in
                let client = try RawClient(address)
                try client.send(request(path))
                return client
            }
            #expect(try clients[9].responses(1).first?.text == "/short")
            state.withLock { $0.isOver = true }
            watch.gate.signal()
            for (client, path) in zip(clients, paths) where path != "/short" { #expect(try client.responses(1).first?.text == path) }
        }
    }

    @Test func `gives a place to what was tried before what was not`() throws {
        let lane = HTTPLane("slow", places: 1, trial: .init(places: 1, time: .milliseconds(20)))
        let (first, block) = (Watch(), Watch())
        let calls = Mutex<[String: Int]>([:])
        let order = Mutex<[String]>([])
        try withServer({ $0.lane = { $0.target.path == "/other" ? nil : lane } }) { request in
            let call = calls.withLock { calls in
                calls[request.path, default: 0] += 1
                return calls[request.path, default: 0]
            }
            switch request.path {
            case "/first": first.pass(request.path)
            case "/block": block.pass(request.path)
            case "/long" where call <= 3, "/behind" where call == 1: while !request.isCancelled {}
            default: order.withLock { $0.append(request.path) }
            }
            return .text(request.path)
        } _: { address, _ in
            func send(_ path: String) throws -> RawClient {
                let client = try RawClient(address)
                try client.send(request(path))
                return client
            }
            let holder = try send("/first")
            try until { first.order.count == 1 }
            let long = try send("/long")
            try until { calls.withLock { $0["/long"] == 3 } }
            // It is tried again when the other has given its third trial up, and waits for the place.
            #expect(try send("/behind").responses(1).first?.text == "/behind")
            let blocker = try send("/block")
            try until { block.order.count == 1 }
            let new = try send("/new")
            // The server has read it when it answers what was sent behind it.
            #expect(try send("/other").responses(1).first?.text == "/other")
            first.gate.signal()
            for (client, path) in [(holder, "/first"), (long, "/long"), (new, "/new")] {
                #expect(try client.responses(1).first?.text == path)
            }
            block.gate.signal()
            #expect(try blocker.responses(1).first?.text == "/block")
            #expect(order.withLock { $0 } == ["/behind", "/other", "/long", "/new"])
        }
    }

    @Test func `begins anew, one after the other, what asks for much beside another, and keeps nothing else waiting`() throws {
        let watch = Watch()
        let stops = Mutex(0)
        let lane = HTTPLane("reading", places: 2, trial: .init(places: 1, time: .seconds(10)), largePlaces: 1)
        try withServer({ $0.lane = { _ in lane } }) { request in
            guard request.path.hasPrefix("/large") else { return .text(request.path) }
            guard request.cancellation.hasRoom(.large) else {
                stops.withLock { $0 += 1 }
                return .text("stopped")
            }
            watch.pass(request.path)
            return .text(request.path)
        } _: { address, _ in
            let clients = try (0..<4).map { number in
                let client = try RawClient(address)
                try client.send(request("/large/\(number)"))
                return client
            }
            try until { watch.order.count == 1 }
            for number in 0..<8 {
                let other = try RawClient(address)
                try other.send(request("/\(number)"))
                #expect(try other.responses(1).first?.text == "/\(number)")
            }
            for _ in 0..<4 { watch.gate.signal() }
            for number in 0..<4 { #expect(try clients[number].responses(1).first?.text == "/large/\(number)") }
            #expect(watch.most == 1 && watch.order.count == 4)
            #expect(stops.withLock { $0 } == 3)
        }
    }

    @Test func `gives up a large answer that its client does not take, when others want its place`() throws {
        let lane = HTTPLane("reading", places: 1, largePlaces: 1)
        let block = [UInt8](repeating: 0x61, count: 1 << 16)
        let isTaken = Mutex(false)
        try withServer({
            $0.lane = { _ in lane }
            $0.largeTimeout = .milliseconds(20)
        }) { request in
            guard request.cancellation.hasRoom(.large) else { return .text("stopped") }
            guard request.path == "/slow" else { return .text(request.path) }
            return HTTPResponse(body: .stream { writer in
                for _ in 0..<4096 { try writer.write(block) }
                isTaken.withLock { $0 = true }
            })
        } _: { address, _ in
            let slow = try RawClient(address)
            try slow.send(request("/slow"))
            let other = try RawClient(address)
            try other.send(request("/other"))
            #expect(try other.responses(1).first?.text == "/other")
            #expect(!isTaken.withLock { $0 })
        }
    }

    @Test func `refuses what would wait with more bytes than may`() throws {
        let watch = Watch()
        let lane = HTTPLane("slow", places: 1, waitingBytes: 10)
        try withServer({ $0.lane = { $0.target.path == "/slow" ? lane : nil } }) { request in
            if request.path == "/slow" { watch.pass(request.path) }
            return .text(request.path)
        } _: { address, _ in
            let first = try RawClient(address)
            try first.send(request("/slow"))
            try until { watch.order.count == 1 }
            let second = try RawClient(address)
            try second.send("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n12345678901")
            #expect(try second.responses(1).first?.status.code == 503)
            watch.gate.signal()
            #expect(try first.responses(1).first?.status == .ok)
        }
    }

    @Test(arguments: [true, false]) func `is left by an answer whose client takes nothing`(isStreamed: Bool) throws {
        let lane = HTTPLane("large", places: 1)
        let block = [UInt8](repeating: 0x61, count: 1 << 16)
        try withServer({ $0.lane = { _ in lane } }) { request in
            guard request.path == "/large" else { return .text("small") }
            if !isStreamed { return HTTPResponse(body: .bytes([UInt8](repeating: 0x61, count: 1 << 26))) }
            return HTTPResponse(body: .stream { writer in for _ in 0..<4096 { try writer.write(block) } })
        } _: { address, _ in
            let slow = try RawClient(address)
            try slow.send(request("/large"))
            let other = try RawClient(address)
            try other.send(request("/"))
            #expect(try other.responses(1).first?.text == "small")
        }
    }
}
