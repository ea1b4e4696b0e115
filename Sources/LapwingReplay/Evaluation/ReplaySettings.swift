public import LapwingNotify
public import LapwingSeries

/// What a replay is to do.
public struct ReplaySettings: Sendable {
    /// The first instant; groups go on from it by their intervals.
    public var start: Timestamp
    /// No instant is later.
    public var end: Timestamp
    /// Holds for a group without its own.
    public var interval: Duration
    /// Holds for a group without its own.
    public var queryOffset: Duration = .zero
    public var externalLabels: Labels = .empty
    public var externalURL = ""
    /// Who would have been told.
    public var receivers: [WebhookReceiver] = []
    /// Whether to end with the block in which an alert first fires.
    public var stopsAtFirstFiring = false
    /// Whether `ALERTS` is written where no rule reads it.
    public var keepsAlertSeries = false

    public init(start: Timestamp, end: Timestamp, interval: Duration) {
        (self.start, self.end, self.interval) = (start, end, interval)
    }
}
