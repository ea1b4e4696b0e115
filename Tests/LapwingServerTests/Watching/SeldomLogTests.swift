import Synchronization
import Testing

@testable import LapwingServer

struct `A log of what comes in floods` {
    @Test func `tells the first at once, and then how many came since, once a minute`() {
        let lines = Mutex<[String]>([])
        let seldom = SeldomLog(LogWriter { line in lines.withLock { $0.append(line) } }, .warn, "given up")
        let start = ContinuousClock.now
        for second in [0, 1, 59, 60, 61, 200] { seldom.tell([("path", "/\(second)")], now: start + .seconds(second)) }
        let told = lines.withLock { $0 }.map { line in line.drop { $0 != " " }.dropFirst() }
        let expected = [(1, 0), (3, 60), (2, 200)].map { "level=warn msg=\"given up\" count=\($0) path=/\($1)\n" }
        #expect(told.map(String.init) == expected)
    }
}
