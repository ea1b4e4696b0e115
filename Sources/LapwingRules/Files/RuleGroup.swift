public import LapwingPromQL
public import LapwingSeries
public import LapwingText

/// A rule file that was read and found right: every expression parsed, every template compiled.
public struct RuleFile: Sendable {
    public var source: SourceText
    public var groups: [RuleGroup]
    /// What does not prevent the file from being used but should be known.
    public var warnings: [Diagnostic]

    public init(source: SourceText, groups: [RuleGroup], warnings: [Diagnostic] = []) {
        self.source = source
        self.groups = groups
        self.warnings = warnings
    }

    /// What a person calls the file: its path.
    public var name: String { source.name }
}

/// Rules that are evaluated together, in order, at one interval.
public struct RuleGroup: Sendable {
    public var name: String
    /// The path of the file that the group is from.
    public var file: String
    /// Nil: the evaluator's own.
    public var interval: Duration?
    /// How far back every query of the group looks; nil: the evaluator's own.
    public var queryOffset: Duration?
    /// How many alerts or series one rule may produce; 0 for no limit.
    public var limit: Int
    public let rules: [Rule]
    /// Each rule by itself, unless `planTogether` was called.
    var plan: EvaluationPlan
    /// Where the group stands in its file.
    public var range: SourceRange

    /// A group that is no longer there, for telling of what is left of it.
    public init(removed key: GroupKey) {
        name = key.name
        file = key.file
        limit = 0
        rules = []
        plan = EvaluationPlan(oneByOne: [])
        range = SourceRange(0, 0)
    }

    init(
        name: String, file: String, interval: Duration? = nil, queryOffset: Duration? = nil, limit: Int, rules: [Rule], range: SourceRange
    ) {
        self.name = name
        self.file = file
        self.interval = interval
        self.queryOffset = queryOffset
        self.limit = limit
        self.rules = rules
        plan = EvaluationPlan(oneByOne: rules)
        self.range = range
    }

    /// What tells the group from every other: file and name.
    public var key: GroupKey { GroupKey(file: file, name: name) }
}

extension RuleGroup {
    /// Whether a group that was read later is evaluated and shown as this one is, wherever it stands in the file.
    ///
    /// Source: Prometheus 3.14 `rules/group.go`, `Equals`.
    public func isSame(as other: Self) -> Bool {
        key == other.key && interval == other.interval && queryOffset == other.queryOffset && limit == other.limit
            && rules.count == other.rules.count && zip(rules, other.rules).allSatisfy { $0.isSame(as: $1) }
    }
}

/// A group's name, which is unique only within its file.
public struct GroupKey: Sendable, Hashable, Comparable {
    public var file: String
    public var name: String

    public init(file: String, name: String) {
        self.file = file
        self.name = name
    }

    public static func < (a: Self, b: Self) -> Bool { (a.file, a.name) < (b.file, b.name) }
}

/// A rule of either kind, as it stands in a file; indirect, because a rule is handed about whole and holds a dozen references.
public indirect enum Rule: Sendable {
    case alerting(AlertingRule)
    case recording(RecordingRule)

    /// The alert's name, or the recorded metric's.
    public var name: String {
        switch self {
        case .alerting(let rule): rule.name
        case .recording(let rule): rule.metric
        }
    }

    public var query: PreparedQuery {
        switch self {
        case .alerting(let rule): rule.query
        case .recording(let rule): rule.query
        }
    }

    /// The rule's own labels and those of its group; an alerting rule's values may hold templates.
    public var labels: [Label] {
        switch self {
        case .alerting(let rule): rule.labels.map { Label(name: $0.name, value: $0.template.text) }
        case .recording(let rule): Array(rule.labels)
        }
    }

    public var range: SourceRange {
        switch self {
        case .alerting(let rule): rule.range
        case .recording(let rule): rule.range
        }
    }

    /// Where its parts stand in the file, as they were read.
    public var places: RulePlaces {
        switch self {
        case .alerting(let rule): rule.places
        case .recording(let rule): rule.places
        }
    }

    fileprivate func isSame(as other: Self) -> Bool {
        guard name == other.name, query.text == other.query.text, labels == other.labels else { return false }
        switch (self, other) {
        case (.alerting(let one), .alerting(let two)):
            return one.hold == two.hold && one.keepFiringFor == two.keepFiringFor
                && one.annotations.elementsEqual(two.annotations) { $0.name == $1.name && $0.template.text == $1.template.text }
        case (.recording(let one), .recording(let two)): return one.removedLabels == two.removedLabels
        default: return false
        }
    }
}

/// A rule whose results become alerts.
public struct AlertingRule: Sendable {
    public var name: String
    public var query: PreparedQuery
    /// `for`.
    public var hold: Duration
    /// `keep_firing_for`.
    public var keepFiringFor: Duration
    /// Sorted by name.
    public var labels: [TemplatedLabel]
    /// Sorted by name.
    public var annotations: [TemplatedLabel]
    public var range: SourceRange
    public var places: RulePlaces
}

/// A label or annotation whose value is a template, compiled once when the file is read.
public struct TemplatedLabel: Sendable {
    public var name: String
    public var template: AlertTemplate

    public init(name: String, template: AlertTemplate) {
        self.name = name
        self.template = template
    }
}

/// A rule whose results are stored under a name of their own.
public struct RecordingRule: Sendable {
    public var metric: String
    public var query: PreparedQuery
    public var labels: Labels
    /// Labels whose value is empty: results lose them.
    public var removedLabels: [String]
    public var range: SourceRange
    public var places: RulePlaces

    /// The labels of the series that elements of the result become.
    public func labels(ofSeriesFor elements: [Labels]) -> [Labels] {
        let own = Labels(metric: metric).merging(labels)
        return elements.map { element in removedLabels.reduce(element.merging(own)) { $0.setting($1, "") } }
    }
}
