import LapwingSeries

/// When a target is scraped: at the times that lie at its own offset in the interval, the same in every process.
///
/// Times do not drift, since each is counted from the epoch. Source: Prometheus `scrape/target.go`, `offset`, and
/// `scrape.go`, `run`.
struct ScrapeSchedule: Sendable, Equatable {
    /// How late a scrape may start and still be stamped with the time at which it was due: evenly spaced samples take
    /// less room. At most a hundredth of the interval.
    static let alignmentTolerance: Int64 = 2

    /// Milliseconds.
    let interval: Int64
    /// Milliseconds, below `interval`.
    let offset: Int64

    /// - Parameter seed: what sets servers apart that scrape the same targets.
    init(interval: Duration, spread: UInt64, seed: UInt64) {
        self.interval = max(1, interval.milliseconds)
        offset = Int64((spread ^ seed) % UInt64(self.interval))
    }

    /// The first time after `now` at which a scrape is due.
    func first(after now: Timestamp) -> Timestamp {
        let position = remainder(now.milliseconds, interval)
        let distance = remainder(offset - position, interval)
        return now.advanced(byMilliseconds: distance == 0 ? interval : distance)
    }

    /// The time at which the scrape after `due` is due, as known at `now`.
    ///
    /// The next one is kept even when its time has passed, so that a target that always takes the whole interval is
    /// scraped again at once; all before it are missed.
    func next(after due: Timestamp, at now: Timestamp) -> Timestamp {
        let following = due.advanced(byMilliseconds: interval)
        let late = now.duration(since: following).milliseconds
        return late < interval ? following : following.advanced(byMilliseconds: late - late % interval)
    }

    /// `due` as it is, or the first time after `now` where that is farther away than scrapes are apart: the clock has been set back.
    func nearest(_ due: Timestamp, at now: Timestamp) -> Timestamp {
        due.duration(since: now).milliseconds > interval ? first(after: now) : due
    }

    /// The time with which the samples of a scrape are stamped that was due at `due` and starts at `now`.
    func sampleTime(due: Timestamp, now: Timestamp) -> Timestamp {
        let late = now.duration(since: due).milliseconds
        return late >= 0 && late <= min(interval / 100, Self.alignmentTolerance) ? due : now
    }

    private func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
