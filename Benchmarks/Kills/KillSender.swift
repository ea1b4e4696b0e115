import Foundation
import Synchronization

/// Sends request after request to a server that comes and goes, each with the next sample of ten series, and remembers which were answered.
final class KillSender: Sendable {
    static let series = 10
    /// Milliseconds between the samples of a series.
    static let interval: Int64 = 1000

    private struct State {
        /// Whether each request was answered with success.
        var answered: [Bool] = []
        var isOver = false
        var hasStopped = false
    }

    let number: Int
    private let port: UInt16
    private let start: Int64
    private let state = Mutex(State())

    init(number: Int, port: UInt16, start: Int64) {
        (self.number, self.port, self.start) = (number, port, start)
    }

    /// Whether each request was answered with success, in their order.
    var answered: [Bool] { state.withLock(\.answered) }

    func time(of request: Int) -> Int64 { start + Int64(request) * Self.interval }

    /// The request that has a time; nil where none has.
    func request(at time: Int64) -> Int? {
        let (request, rest) = (time - start).quotientAndRemainder(dividingBy: Self.interval)
        return rest == 0 && request >= 0 ? Int(request) : nil
    }

    static func value(_ request: Int, _ series: Int) -> Double { Double(request * 7 + series) }

    /// Sends until `stop`.
    func send() {
        var connection: PeerConnection?
        while let request = next() {
            var page = ""
            for series in 0..<Self.series {
                page += "kill_total{sender=\"\(number)\",series=\"\(series)\"} \(Self.value(request, series)) \(time(of: request))\n"
            }
            do {
                let open = try connection ?? PeerConnection(port: port)
                connection = open
                let reply = try open.exchange("POST", "/api/v1/import/prometheus", body: Array(page.utf8))
                if reply.status / 100 == 2 { state.withLock { $0.answered[request] = true } }
            } catch {
                connection = nil
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
        state.withLock { $0.hasStopped = true }
    }

    private func next() -> Int? {
        state.withLock { state in
            if state.isOver { return nil }
            state.answered.append(false)
            return state.answered.count - 1
        }
    }

    /// Returns when nothing is sent any more.
    func stop() {
        state.withLock { $0.isOver = true }
        while !state.withLock(\.hasStopped) { Thread.sleep(forTimeInterval: 0.01) }
    }
}
