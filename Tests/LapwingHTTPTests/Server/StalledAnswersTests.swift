import Dispatch
import Synchronization
import Testing

@testable import LapwingHTTP

@Suite struct `Answers that stand still` {
    private let start = ContinuousClock.now

    @Test func `may stay while there are few, or not for long`() {
        let stalled = StalledAnswers(limit: 4, maxBytes: .max, patience: .seconds(1))
        let (first, second) = (stalled.begin(now: start), stalled.begin(now: start + .milliseconds(500)))
        #expect(stalled.mayStay(first, now: start + .seconds(60)))
        let third = stalled.begin(now: start + .milliseconds(600))
        #expect(stalled.mayStay(first, now: start + .milliseconds(999)))
        // One is too many: the oldest goes, and the others stay however long.
        #expect(!stalled.mayStay(first, now: start + .seconds(1)))
        #expect(stalled.mayStay(second, now: start + .seconds(60)) && stalled.mayStay(third, now: start + .seconds(60)))
        stalled.end(first)
        #expect(stalled.mayStay(second, now: start + .seconds(60)))
    }

    @Test func `may stay while they hold little together, and the oldest go that hold too much`() {
        let stalled = StalledAnswers(limit: 10, maxBytes: 200, patience: .seconds(1))
        let numbers = [60, 30, 10].map { stalled.begin(holding: $0, now: start) }
        #expect(stalled.hasRoom && numbers.allSatisfy { stalled.mayStay($0, now: start + .seconds(60)) })
        let last = stalled.begin(holding: 80, now: start + .milliseconds(500))
        #expect(stalled.hasRoom && stalled.mayStay(numbers[0], now: start + .milliseconds(999)))
        // Of 100 that may be held for long: without the first there are 120 yet, without the second 90.
        #expect(numbers.map { stalled.mayStay($0, now: start + .seconds(2)) } == [false, false, true])
        #expect(stalled.mayStay(last, now: start + .seconds(2)))
        #expect(stalled.figures == HTTPUnreadAnswers(count: 4, bytes: 180, givenUp: 2))
        for number in numbers { stalled.end(number) }
        #expect(stalled.hasRoom && stalled.figures.bytes == 80)
    }

    @Test func `go at once where they hold more than may be held at all, and nobody begins in their place`() {
        let stalled = StalledAnswers(limit: 10, maxBytes: 100, patience: .seconds(1))
        let numbers = [60, 30, 20].map { stalled.begin(holding: $0, now: start) }
        #expect(!stalled.hasRoom)
        #expect(numbers.map { stalled.mayStay($0, now: start) } == [false, true, true])
        let many = StalledAnswers(limit: 2, maxBytes: .max, patience: .seconds(1))
        #expect((0..<3).map { _ in many.begin(now: start) }.map { many.mayStay($0, now: start) } == [false, true, true])
    }

    @Test func `that hold more than may keep their place, until one is given up`() throws {
        let (lane, block) = (HTTPLane("reading", places: 1), [UInt8](repeating: 0x61, count: 1 << 16))
        let told = Mutex<[String]>([])
        let begun = DispatchSemaphore(value: 0)
        try withServer({
            $0.lane = { _ in lane }
            $0.maxStalledBytes = 10
            $0.onAnswerGivenUp = { request in told.withLock { $0.append(request.path) } }
        }) { request in
            guard request.path == "/slow" else { return .text("\(told.withLock { $0 })") }
            begun.signal()
            return HTTPResponse(contentType: "text/plain", holding: 11) { writer in for _ in 0..<4096 { try writer.write(block) } }
        } _: { address, server in
            let slow = try RawClient(address)
            try slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            begun.wait()
            let other = try RawClient(address)
            try other.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try other.responses(1).first?.text == "[\"/slow\"]")
            #expect(server.unreadAnswers.givenUp == 1)
        }
    }
}
