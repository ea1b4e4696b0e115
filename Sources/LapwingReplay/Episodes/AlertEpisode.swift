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
    /// The value that lay farthest beyond the threshold: the least for an alert that asks for less, the greatest for others.
    public var peak: Double

    /// How long it fired, up to the end of the replay.
    public func firingTime(through end: Timestamp) -> Duration {
        guard let firedAt else { return .zero }
        return (endedAt ?? end).duration(since: firedAt)
    }
}
