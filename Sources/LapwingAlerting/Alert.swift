public import LapwingSeries

/// One instance of an alerting rule: a label set for which the rule's expression had a result.
///
/// Source: Prometheus 3.14 `rules/alerting.go`, `Alert`.
public struct Alert: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Was firing, is kept for a while so that the resolved notice is not lost.
        case inactive
        /// Has a result, but not yet for the rule's `for`.
        case pending
        case firing

        public static func < (a: State, b: State) -> Bool { a.rank < b.rank }

        private var rank: Int { self == .inactive ? 0 : self == .pending ? 1 : 2 }
    }

    public var state: State
    /// The result's labels without the metric's name, the rule's labels over them, and `alertname`: its identity.
    public var labels: Labels
    /// No part of the identity.
    public var texts: AlertTexts
    /// The expression's value at the last evaluation that had a result.
    public var value: Double

    /// The evaluation at which the expression first had a result.
    public var activeAt: Timestamp
    public var firedAt: Timestamp?
    /// Set when the alert stopped firing; nil while it is active.
    public var resolvedAt: Timestamp?
    /// When the expression stopped having a result, while `keep_firing_for` keeps the alert firing.
    public var keepFiringSince: Timestamp?
    /// When an Alertmanager was last told.
    public var lastSentAt: Timestamp?
    /// Until when the last telling holds without another.
    public var validUntil: Timestamp?

    /// An alert as it begins: pending from `activeAt`.
    public init(labels: Labels, annotations: [Label] = [], value: Double, activeAt: Timestamp) {
        self.init(labels: labels, AlertTexts(annotations), value: value, activeAt: activeAt)
    }

    public init(labels: Labels, _ texts: AlertTexts, value: Double, activeAt: Timestamp) {
        state = .pending
        self.labels = labels
        self.texts = texts
        self.value = value
        self.activeAt = activeAt
    }

    public var isResolved: Bool { resolvedAt != nil }

    /// Texts that tell a person more; sorted by name.
    public var annotations: [Label] {
        get { texts.labels }
        set { texts = AlertTexts(newValue) }
    }

    /// Whether the last evaluation had a result for it.
    var isPresent: Bool { state != .inactive && keepFiringSince == nil }
}

/// A change of one alert that a person may want to know of.
public struct AlertTransition: Sendable, Hashable {
    public enum Change: String, Sendable, Hashable {
        /// The expression has a result that it did not have before.
        case pending
        case firing
        /// Was firing, and its expression has no result any more.
        case resolved
        /// Was pending, and its expression has no result any more: it never fired.
        case dropped
    }

    public var change: Change
    /// The alert after the change (for `dropped`, as it last was).
    public var alert: Alert
    public var at: Timestamp

    public init(_ change: Change, _ alert: Alert, at time: Timestamp) {
        self.change = change
        self.alert = alert
        at = time
    }
}
