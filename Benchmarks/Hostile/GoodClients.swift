import Foundation
import LapwingExposition
import LapwingSeries
import LapwingSnappy
import Synchronization

/// How long requests waited for their answers.
struct Waits: CustomStringConvertible {
    private(set) var durations: [Duration] = []
    private(set) var failures = 0

    mutating func add(_ duration: Duration, isGood: Bool) {
        durations.append(duration)
        if !isGood { failures += 1 }
    }

    var description: String {
        let sorted = durations.sorted()
        guard let longest = sorted.last else { return "-" }
        let text = "\(Printing.digits(longest / .seconds(1))) s (\(Printing.digits(sorted[sorted.count / 2] / .seconds(1))))"
        return failures == 0 ? text : "\(text), \(failures) of \(sorted.count) failed"
    }
}

/// Those who ask for what a dashboard shows, send a sample, and ask whether the server lives, each ten times a second.
struct GoodClients {
    let port: UInt16

    func waits(seconds: Double) -> (queries: Waits, writes: Waits, health: Waits) {
        let end = ContinuousClock.now + .seconds(seconds)
        let found = Mutex([Waits](repeating: Waits(), count: 3))
        let group = DispatchGroup()
        for (number, request) in [query, write, health].enumerated() {
            group.enter()
            Thread.detachNewThread {
                while ContinuousClock.now < end {
                    let start = ContinuousClock.now
                    let isGood = (try? request()) ?? false
                    let wait = start.duration(to: .now)
                    found.withLock { $0[number].add(wait, isGood: isGood) }
                    Thread.sleep(forTimeInterval: max(0, 0.1 - wait / .seconds(1)))
                }
                group.leave()
            }
        }
        group.wait()
        return found.withLock { ($0[0], $0[1], $0[2]) }
    }

    /// Each on a connection of its own, which is given up after a minute.
    private func connection() throws -> PeerConnection {
        let deadline = ContinuousClock.now + .seconds(60)
        return try PeerConnection(port: port) { ContinuousClock.now > deadline }
    }

    private func query() throws -> Bool {
        let path = Attacker.range("sum by (path) (rate(http_requests_total{job=\"service-1\"}[5m]))", seconds: 3600, step: 60)
        let reply = try connection().exchange("GET", path)
        return reply.status == 200 && reply.length > 1000
    }

    private func write() throws -> Bool {
        var message = RemoteWriteMessage()
        message.append(Labels(metric: "good"), times: [Timestamp.now.milliseconds], values: [1])
        return try connection().remoteWrite(SnappyBlock.compress(message.bytes)).status == 204
    }

    private func health() throws -> Bool { try connection().exchange("GET", "/-/healthy").status == 200 }
}
