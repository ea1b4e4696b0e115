import LapwingConfiguration
import LapwingHTTP
import LapwingSeries
import Synchronization

/// Decides when the next is due: after an evaluation, and never while one is on its way.
struct HeartbeatPace: Sendable {
    let interval: Duration?
    private var last: Timestamp?
    private(set) var isOnItsWay = false

    init(interval: Duration?) { self.interval = interval }

    /// Takes in that a group was evaluated.
    /// - Returns: whether to send one now.
    mutating func evaluated(at now: Timestamp) -> Bool {
        if isOnItsWay { return false }
        // A time before the last is one of a clock that was set back.
        if let interval, let last, now >= last, now.duration(since: last) < interval { return false }
        (last, isOnItsWay) = (now, true)
        return true
    }

    mutating func finished() { isOnItsWay = false }
}

/// Asks for the address after evaluations.
final class HeartbeatSender: Sendable {
    let heartbeat: Heartbeat
    private let client: any HTTPClient
    private let log: LogWriter
    private let pace: Mutex<HeartbeatPace>

    init(_ heartbeat: Heartbeat, client: any HTTPClient, log: LogWriter) {
        self.heartbeat = heartbeat
        self.client = client
        self.log = log
        pace = Mutex(HeartbeatPace(interval: heartbeat.interval))
    }

    func evaluated(at now: Timestamp) {
        guard pace.withLock({ $0.evaluated(at: now) }) else { return }
        Task {
            do throws(HTTPClientError) {
                let response = try await client.send(HTTPClientRequest(url: heartbeat.url, timeout: heartbeat.timeout))
                if !(200..<300).contains(response.status.code) { log.log(.warn, "heartbeat not taken", ["status": "\(response.status.code)"]) }
            } catch {
                log.log(.warn, "heartbeat failed", ["err": error.redacted.description])
            }
            pace.withLock { $0.finished() }
        }
    }
}
