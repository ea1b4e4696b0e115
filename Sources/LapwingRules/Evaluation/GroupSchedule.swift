import LapwingSeries

/// When a group is evaluated: every interval, at an offset within it that the group's key decides, so that groups
/// spread over the interval and a group keeps its instants over restarts.
///
/// Offsets are a fifth of the interval apart, and a second at most: to wake a thread for a group costs as much as fifty trivial rules,
/// and groups that have their instants in common are evaluated by one.
///
/// Source: Prometheus 3.14 `rules/group.go`, `EvalTimestamp`; the hash is our own.
public struct GroupSchedule: Sendable, Hashable {
    /// Milliseconds; at least 1.
    public let interval: Int64
    /// Milliseconds after a multiple of the interval.
    public let offset: Int64

    public init(key: GroupKey, interval: Duration) {
        self.interval = max(1, interval.milliseconds)
        let hash = Labels(metric: "", ["file": key.file, "name": key.name]).stableHash
        let spacing = max(1, min(Self.maximumSpacing.milliseconds, self.interval / Self.offsets))
        offset = Int64(hash % UInt64(self.interval / spacing)) * spacing
    }

    /// Offsets of an interval, where they are not more than `maximumSpacing` apart; then there are more.
    static let offsets: Int64 = 5
    static let maximumSpacing = Duration.seconds(1)

    /// Every interval, so that `time` is one of the instants.
    public init(interval: Duration, through time: Timestamp) {
        self.interval = max(1, interval.milliseconds)
        let remainder = time.milliseconds % self.interval
        offset = remainder < 0 ? remainder + self.interval : remainder
    }

    /// The latest instant that is not after `time`.
    public func slot(atOrBefore time: Timestamp) -> Timestamp {
        let shifted = time.advanced(byMilliseconds: -offset).milliseconds
        let remainder = shifted % interval
        return Timestamp(milliseconds: shifted - (remainder < 0 ? remainder + interval : remainder) + offset)
    }

    /// The instant to evaluate after `last`, given that it is now `now`, and how many instants were missed between.
    ///
    /// Where the clock has been set back by an interval or more, it is one before `last`, as upstream's: to wait until the clock has come as far
    /// again would be to evaluate nothing for so long. By less the instants only come later: one that is done is not done twice.
    public func next(after last: Timestamp, now: Timestamp) -> (slot: Timestamp, missed: Int) {
        let following = last.advanced(byMilliseconds: interval)
        let latest = slot(atOrBefore: now)
        if last.duration(since: now).milliseconds >= interval { return (latest.advanced(byMilliseconds: interval), 0) }
        guard latest > following else { return (following, 0) }
        return (latest, Int((latest.milliseconds - following.milliseconds) / interval))
    }

    /// The instant to begin with in a process that goes on after another: the latest one, unless its evaluation is known to be
    /// done. One that had been done and changed nothing is done again, and changes nothing.
    public func first(after last: Timestamp, resumingAt now: Timestamp) -> Timestamp {
        let latest = slot(atOrBefore: now)
        return latest > last ? latest : latest.advanced(byMilliseconds: interval)
    }
}
