public import LapwingSeries

/// What came of a replay.
public struct ReplayReport: Sendable {
    public var start: Timestamp
    /// How far it went.
    public var end: Timestamp
    /// In the order of groups and rules.
    public var rules: [RuleReplay]
    /// In the order of time.
    public var notifications: [SimulatedNotification]

    /// When an alert first fired.
    public var firstFiring: Timestamp? { rules.flatMap(\.episodes).compactMap(\.firedAt).min() }
}
