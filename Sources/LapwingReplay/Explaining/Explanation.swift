public import LapwingAlerting
public import LapwingRules
public import LapwingSeries

/// Why an alert fired at a time, or why it did not.
public struct Explanation: Sendable {
    public var rule: AlertingRule
    public var group: GroupKey
    public var time: Timestamp
    /// The highest state of the alerts that the question is about.
    public var state: Alert.State
    /// Sentences, the most telling first.
    public var reasons: [String]
    /// The expression, part by part.
    public var root: ExplainedNode
    /// What its comparisons compare, the nearest to the threshold first.
    public var gaps: [ThresholdGap]
    /// The time through which the rule was replayed: nothing is known of what was before it.
    public var replayed: TimeRange
    /// What its alerts went through around that time.
    public var episodes: [AlertEpisode]
    /// The firing that is nearest to the time; nil where it fires then, or never.
    public var nearestFiring: AlertEpisode?
}
