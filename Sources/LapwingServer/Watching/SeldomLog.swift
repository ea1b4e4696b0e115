import Synchronization

/// Tells of what may come in floods: the first at once, and then, once a minute at most, how many came since.
final class SeldomLog: Sendable {
    static let pause = Duration.seconds(60)

    private let log: LogWriter
    private let level: LogWriter.Level
    private let message: String
    private let state = Mutex<(since: Int, next: ContinuousClock.Instant?)>((0, nil))

    init(_ log: LogWriter, _ level: LogWriter.Level, _ message: String) {
        self.log = log
        self.level = level
        self.message = message
    }

    /// - Parameter fields: what is told of the newest, beside how many there were.
    func tell(_ fields: [(String, String)], now: ContinuousClock.Instant = .now) {
        let count: Int? = state.withLock { state in
            state.since += 1
            if let next = state.next, now < next { return nil }
            defer { state = (0, now + Self.pause) }
            return state.since
        }
        if let count { log.log(level, message, [("count", "\(count)")] + fields) }
    }
}
