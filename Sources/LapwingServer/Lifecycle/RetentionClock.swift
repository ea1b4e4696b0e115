import LapwingSeries

/// From when on it is counted how long samples are kept.
///
/// Not simply the time: what is removed is gone, and a clock that is wrong for a minute would have all of it removed. It is at most the newest
/// sample's, as upstream counts from its newest block (Prometheus 3.14 `tsdb/db.go`, `BeyondTimeRetention`), and where it leaps ahead, samples
/// with it, so that it is not what was seen before and the time that went by since, it counts only when that was long ago.
struct RetentionClock: Sendable {
    /// Upstream's newest block is so much older than the newest sample at least.
    static let longestPatience = Duration.seconds(3600)

    /// Seconds for which a leap is not believed: where little is kept, a small part of it.
    private let patience: Int
    /// What was seen lately, by the second of a steady clock.
    private var seen: [(second: Int, time: Timestamp)] = []

    init(retention: Duration) { patience = Int(min(Self.longestPatience, retention / 10).components.seconds) }

    /// - Parameters:
    ///   - newest: the time of the newest sample; nil where there was none yet, and nothing to remove.
    ///   - second: of a steady clock.
    /// - Complexity: O(times that it was asked within its patience).
    mutating func time(_ now: Timestamp, newest: Timestamp?, second: Int) -> Timestamp? {
        guard let newest else { return nil }
        seen.removeAll { second - $0.second > patience }
        seen.append((second, min(now, newest)))
        return seen.map { $0.time + .seconds(second - $0.second) }.min()
    }
}
