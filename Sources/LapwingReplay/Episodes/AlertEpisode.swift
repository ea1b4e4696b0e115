public import LapwingSeries

/// One alert from when its expression first had a result to when it had none any more.
public struct AlertEpisode: Sendable, Hashable {
    public var labels: Labels
    /// As they were when it fired, or last were.
    public var annotations: [Label]
    public var pendingAt: Timestamp
    /// Nil: it never fired.
    public var firedAt: Timestamp?
    /// When it resolved, or stopped being pending; nil: it is still active at the end of the replay.
    public var endedAt: Timestamp?
    /// When `keep_firing_for` kept it without a result, in order.
    public var kept: [Keeping] = []
    /// The value that lay farthest beyond the threshold: the least for an alert that asks for less, the greatest for others.
    public var peak: Double

    public struct Keeping: Sendable, Hashable {
        /// The first evaluation without a result.
        public var since: Timestamp
        /// The first with one again; nil: there has been none.
        public var until: Timestamp?
    }

    /// Since when it has had no result at a time; nil where it has one.
    public func keptSince(at time: Timestamp) -> Timestamp? {
        kept.last { $0.since <= time }.flatMap { keeping in keeping.until.map { $0 <= time } ?? false ? nil : keeping.since }
    }

    /// How long it fired, up to the end of the replay.
    public func firingTime(through end: Timestamp) -> Duration {
        guard let firedAt else { return .zero }
        return (endedAt ?? end).duration(since: firedAt)
    }
}
