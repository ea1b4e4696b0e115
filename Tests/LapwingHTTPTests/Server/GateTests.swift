import Dispatch
import Synchronization
import Testing

@testable import LapwingHTTP

@Suite struct `A gate` {
    private let shop = GateShares.Caller(address: "10.0.0.1", name: "shop")

    private func callers(_ count: Int, _ address: String, _ name: String) -> [GateShares.Caller] {
        (0..<count).map { _ in GateShares.Caller(address: address, name: name) }
    }

    @Test func `lets through next who was let through the least, by address and then by name`() {
        var shares = GateShares()
        let (anna, bert, far) = (GateShares.Caller(address: "a", name: "anna"), GateShares.Caller(address: "a", name: "bert"), shop)
        shares.pass(anna)
        shares.pass(anna)
        shares.pass(far)
        #expect(shares.rank(far) < shares.rank(bert) && shares.rank(bert) < shares.rank(anna))
        shares.forget()
        #expect(shares.rank(anna) == (0, 0))
    }

    @Test func `remembers no more than it may`() {
        var shares = GateShares()
        for number in 0...GateShares.capacity { shares.pass(.init(address: "\(number)", name: "n")) }
        #expect(shares.rank(.init(address: "1", name: "n")) == (0, 0))
    }

    @Test func `turns the newest away of the address that has the most, and there of the name that has the most`() {
        let shares = GateShares()
        let flood = callers(3, "10.0.0.2", "root")
        #expect(shares.surplus(of: flood + [shop]) == 2)
        #expect(shares.surplus(of: callers(2, "10.0.0.1", "root") + [shop]) == 1)
        #expect(shares.surplus(of: [shop, .init(address: "10.0.0.2", name: "a"), .init(address: "10.0.0.3", name: "a")]) == 2)
        #expect(shares.surplus(of: []) == nil)
    }

    @Test func `turns away who was let through before, where all have as many`() {
        var shares = GateShares()
        shares.pass(.init(address: "10.0.0.2", name: "root"))
        #expect(shares.surplus(of: callers(1, "10.0.0.2", "root") + [shop]) == 0)
    }

    /// What has come to a gate and passed it, in order.
    private final class Watch: Sendable {
        private let state = Mutex((asked: [String](), handled: [String](), turnedAway: 0))
        let (opening, slow) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))

        var asked: [String] { state.withLock { $0.asked } }
        var handled: [String] { state.withLock { $0.handled } }
        var turnedAway: Int { state.withLock { $0.turnedAway } }

        func ask(_ path: String) { state.withLock { $0.asked.append(path) } }
        func handle(_ path: String) { state.withLock { $0.handled.append(path) } }
        func turnAway() { state.withLock { $0.turnedAway += 1 } }
    }

    @Test func `keeps nobody waiting for a flood that tries one name, and who has passed goes on in the lane of others`() throws {
        let watch = Watch()
        let (gate, lane) = (HTTPLane("gate", places: 1, maxWaiting: 2, isGate: true), HTTPLane("reading", places: 1))
        try withServer({
            // Who was asked once is known.
            $0.lane = { head in watch.asked.contains(head.target.path) ? lane : gate }
            $0.caller = { $0.headers["User"] ?? "" }
            $0.gate = { request in
                watch.opening.wait()
                watch.ask(request.path)
                return request.headers["User"] == "root" ? .text("no", status: .unauthorized) : nil
            }
            $0.faultResponse = { fault in
                watch.turnAway()
                return .text(fault.message, status: fault.status)
            }
        }) { request in
            watch.slow.wait()
            watch.handle(request.path)
            return .text(request.path)
        } _: { address, _ in
            func client(_ path: String, _ user: String) throws -> RawClient {
                let client = try RawClient(address)
                try client.send("GET \(path) HTTP/1.1\r\nHost: x\r\nUser: \(user)\r\n\r\n")
                return client
            }
            // One at the gate, two that wait, and one too many.
            let flood = try (0..<4).map { try client("/root/\($0)", "root") }
            try until { watch.turnedAway == 1 }
            let anna = try client("/anna", "anna")
            try until { watch.turnedAway == 2 }
            watch.opening.signal()
            watch.opening.signal()
            try until { watch.asked.count == 2 }
            #expect(watch.asked[0].hasPrefix("/root") && watch.asked[1] == "/anna")
            // It is being handled, and the gate is free for another.
            watch.opening.signal()
            let answers = try flood.compactMap { try $0.responses(1).first }
            #expect(answers.map(\.status.code).sorted() == [401, 401, 429, 429])
            #expect(answers.filter { $0.status == .tooManyRequests }.allSatisfy { $0.headers["Retry-After"] == "1" })
            #expect(watch.handled.isEmpty)
            watch.slow.signal()
            #expect(try anna.responses(1).first?.text == "/anna")
        }
    }
}
