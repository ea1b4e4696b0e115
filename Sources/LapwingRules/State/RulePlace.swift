import LapwingPromQL
public import LapwingSeries

/// Which rule of a group something belongs to, so that it is found again after a reload or a restart.
public struct RulePlace: Sendable, Hashable {
    /// By what a rule is recognised.
    ///
    /// Source: Prometheus 3.14 `rules/group.go`, `nameAndLabels`.
    public struct Identity: Sendable, Hashable {
        public var isAlerting: Bool
        public var name: String
        public var labels: [Label]
        /// How many rules before it in the group are the same.
        public var occurrence: Int

        public init(isAlerting: Bool, name: String, labels: [Label], occurrence: Int) {
            self.isAlerting = isAlerting
            self.name = name
            self.labels = labels
            self.occurrence = occurrence
        }
    }

    public var identity: Identity
    /// The rule's, no part of what it is recognised by.
    public var expression: String

    public init(_ identity: Identity, expression: String) {
        self.identity = identity
        self.expression = expression
    }
}

extension RuleGroup {
    /// The places of the rules, in their order.
    public var places: [RulePlace] {
        var seen: [RulePlace.Identity: Int] = [:]
        return rules.map { rule in
            var isAlerting = false
            if case .alerting = rule { isAlerting = true }
            var identity = RulePlace.Identity(isAlerting: isAlerting, name: rule.name, labels: rule.labels, occurrence: 0)
            let occurrence = seen[identity, default: 0]
            seen[identity] = occurrence + 1
            identity.occurrence = occurrence
            return RulePlace(identity, expression: rule.query.text)
        }
    }
}
